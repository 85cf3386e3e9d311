// Reads one YAML document and writes it as JSON, which ks reads many times as fast.
package main

import (
	"bytes"
	"encoding/json"
	"io"
	"log"
	"os"

	"sigs.k8s.io/yaml"
)

func main() {
	document, err := io.ReadAll(os.Stdin)
	if err == nil {
		document, err = yaml.YAMLToJSON(document)
	}
	var lines bytes.Buffer
	if err == nil {
		err = json.Indent(&lines, document, "", " ")
	}
	if err == nil {
		_, err = lines.WriteTo(os.Stdout)
	}
	if err != nil {
		log.Fatal(err)
	}
	os.Stdout.WriteString("\n")
}
