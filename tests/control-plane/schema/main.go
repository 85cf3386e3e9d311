// Command schema reduces the OpenAPI v3 documents of Kubernetes to what server-side apply needs: which lists are keyed
// and by what, which maps are atomic, which strings are quantities. It reads a folder and writes one JSON document.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Schema is the part of an OpenAPI schema that matters here.
type Schema struct {
	Ref                  string            `json:"$ref"`
	AllOf                []Schema          `json:"allOf"`
	Type                 string            `json:"type"`
	Format               string            `json:"format"`
	Default              any               `json:"default"`
	Properties           map[string]Schema `json:"properties"`
	Required             []string          `json:"required"`
	AdditionalProperties *Schema           `json:"additionalProperties"`
	Items                *Schema           `json:"items"`
	ListType             string            `json:"x-kubernetes-list-type"`
	ListKeys             []string          `json:"x-kubernetes-list-map-keys"`
	MapType              string            `json:"x-kubernetes-map-type"`
	Kinds                []Kind            `json:"x-kubernetes-group-version-kind"`
}

// Kind is one kind that a schema describes.
type Kind struct{ Group, Version, Kind string }

// Struct is a definition with named fields.
type Struct struct {
	Fields   map[string]any `json:"fields"`
	Defaults map[string]any `json:"defaults,omitempty"`
	Atomic   bool           `json:"atomic,omitempty"`
	// Structs are the fields that a new Go value has as an empty struct.
	Structs []string `json:"structs,omitempty"`
	GoFacts
}

// GoFacts is what gotypes tells of a struct: the lists and maps that are written as null when nobody sets them (and fields
// that are required), the fields that are left out when they hold a zero value, those that are written with one when nobody
// sets them, and those that the server fills in.
type GoFacts struct {
	Nulls  []string       `json:"nulls,omitempty"`
	Omits  []string       `json:"omits,omitempty"`
	Zeros  map[string]any `json:"zeros,omitempty"`
	Values map[string]any `json:"values,omitempty"`
}

// Table is what is written. A type is a name, or an object with one of map, atomicMap, list, set, keyed or struct.
type Table struct {
	Kubernetes string                                  `json:"kubernetes"`
	Kinds      map[string]map[string]map[string]string `json:"kinds"`
	Types      map[string]any                          `json:"types"`
}

type converter struct {
	schemas map[string]Schema
	keys    map[string]bool
	facts   map[string]GoFacts
}

func main() {
	if len(os.Args) != 4 {
		fail(fmt.Errorf("usage: schema OPENAPI-FOLDER GO-TYPES VERSION"))
	}
	schemas, err := read(os.Args[1])
	if err != nil {
		fail(err)
	}
	facts, err := readFacts(os.Args[2])
	if err != nil {
		fail(err)
	}
	table := reduce(schemas, facts)
	table.Kubernetes = os.Args[3]
	if err := write(table); err != nil {
		fail(err)
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

func read(folder string) (map[string]Schema, error) {
	files, err := filepath.Glob(filepath.Join(folder, "*_openapi.json"))
	if err != nil {
		return nil, err
	}
	schemas := map[string]Schema{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		var document struct {
			Components struct {
				Schemas map[string]Schema `json:"schemas"`
			} `json:"components"`
		}
		if err := json.Unmarshal(text, &document); err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		for name, schema := range document.Components.Schemas {
			// Kinds of all groups, such as DeleteOptions, are listed by each group with its own share.
			schema.Kinds = append(schema.Kinds, schemas[name].Kinds...)
			schemas[name] = schema
		}
	}
	return schemas, nil
}

func readFacts(file string) (map[string]GoFacts, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var facts map[string]GoFacts
	return facts, json.Unmarshal(text, &facts)
}

func reduce(schemas map[string]Schema, facts map[string]GoFacts) Table {
	c := converter{schemas: schemas, keys: map[string]bool{}, facts: facts}
	table := Table{Kinds: map[string]map[string]map[string]string{}, Types: map[string]any{}}
	c.collectKeys()
	used := map[string]bool{}
	for name, schema := range schemas {
		_, isObject := schema.Properties["metadata"]
		if len(schema.Kinds) == 0 || !isObject || strings.HasSuffix(name, "List") {
			continue
		}
		for _, kind := range schema.Kinds {
			group := child(table.Kinds, kind.Group)
			version := child(group, kind.Version)
			version[kind.Kind] = short(name)
		}
		c.reach(name, used)
	}
	for name := range used {
		table.Types[short(name)] = c.convert(schemas[name], name)
	}
	return table
}

func child[V any](parent map[string]map[string]V, key string) map[string]V {
	if parent[key] == nil {
		parent[key] = map[string]V{}
	}
	return parent[key]
}

// collectKeys notes each field that is a key of some list: only their defaults matter to apply.
func (c *converter) collectKeys() {
	for _, schema := range c.schemas {
		for _, property := range schema.Properties {
			if property.Items == nil {
				continue
			}
			for _, key := range property.ListKeys {
				c.keys[reference(*property.Items)+"/"+key] = true
			}
		}
	}
}

func (c *converter) reach(name string, used map[string]bool) {
	if used[name] || builtin(name) != "" {
		return
	}
	used[name] = true
	c.reachIn(c.schemas[name], used)
}

func (c *converter) reachIn(schema Schema, used map[string]bool) {
	if name := reference(schema); name != "" {
		c.reach(name, used)
	}
	for _, property := range schema.Properties {
		c.reachIn(property, used)
	}
	if schema.AdditionalProperties != nil {
		c.reachIn(*schema.AdditionalProperties, used)
	}
	if schema.Items != nil {
		c.reachIn(*schema.Items, used)
	}
}

// reference gives the name of the definition that a schema points at, alone or in an allOf of one.
func reference(schema Schema) string {
	ref := schema.Ref
	if ref == "" && len(schema.AllOf) == 1 {
		ref = schema.AllOf[0].Ref
	}
	return ref[strings.LastIndex(ref, "/")+1:]
}

// builtin names the definitions that are types of their own.
func builtin(name string) string {
	switch name {
	case "io.k8s.apimachinery.pkg.api.resource.Quantity":
		return "quantity"
	case "io.k8s.apimachinery.pkg.runtime.RawExtension":
		return "untyped"
	case "io.k8s.apimachinery.pkg.apis.meta.v1.Time", "io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime":
		return "time"
	case "io.k8s.apimachinery.pkg.util.intstr.IntOrString":
		return "any"
	}
	return ""
}

func short(name string) string {
	for _, prefix := range []string{"io.k8s.api.", "io.k8s.apimachinery.pkg.apis.", "io.k8s.kube-aggregator.pkg.apis.",
		"io.k8s.apiextensions-apiserver.pkg.apis."} {
		if rest, ok := strings.CutPrefix(name, prefix); ok {
			return rest
		}
	}
	return name
}

// convert gives the type of a schema; name is the definition it stands in, empty when it stands in none of its own.
func (c *converter) convert(schema Schema, self string) any {
	if name := reference(schema); name != "" {
		return c.convertReference(schema, name)
	}
	switch schema.Type {
	case "integer", "number":
		return "number"
	case "boolean":
		return "boolean"
	case "string":
		return convertString(schema.Format)
	case "array":
		return c.convertList(schema)
	case "object":
		return c.convertMap(schema, self)
	}
	return "deduced"
}

func convertString(format string) string {
	switch format {
	case "":
		return "string"
	case "byte":
		return "bytes"
	}
	return "any"
}

func (c *converter) convertReference(schema Schema, name string) any {
	if special := builtin(name); special != "" {
		return special
	}
	if schema.MapType == "granular" {
		return map[string]any{"granular": short(name)}
	}
	if schema.MapType == "atomic" {
		return map[string]any{"atomic": short(name)}
	}
	return short(name)
}

func (c *converter) convertList(schema Schema) any {
	item := c.convert(*schema.Items, "")
	switch schema.ListType {
	case "map":
		return map[string]any{"keyed": item, "keys": schema.ListKeys}
	case "set":
		return map[string]any{"set": item}
	}
	return map[string]any{"list": item}
}

func (c *converter) convertMap(schema Schema, self string) any {
	// A definition without properties is an empty struct, which the server keeps; but for the one that holds any fields.
	isStruct := self != "" && schema.AdditionalProperties == nil && !strings.HasSuffix(self, ".FieldsV1")
	if len(schema.Properties) == 0 && !isStruct {
		item := any("deduced")
		if schema.AdditionalProperties != nil {
			item = c.convert(*schema.AdditionalProperties, "")
		}
		if schema.MapType == "atomic" {
			return map[string]any{"atomicMap": item}
		}
		return map[string]any{"map": item}
	}
	facts := c.facts[short(self)]
	result := Struct{GoFacts: facts, Fields: map[string]any{}, Defaults: map[string]any{}, Atomic: schema.MapType == "atomic"}
	for name, property := range schema.Properties {
		result.Fields[name] = c.convert(property, "")
		if property.Default != nil && c.keys[self+"/"+name] {
			result.Defaults[name] = property.Default
		}
		if empty, ok := property.Default.(map[string]any); ok && len(empty) == 0 {
			result.Structs = append(result.Structs, name)
		} else if slices.Contains(schema.Required, name) && !slices.Contains(result.Nulls, name) {
			result.Nulls = append(result.Nulls, name)
		}
	}
	slices.Sort(result.Structs)
	slices.Sort(result.Nulls)
	return result
}

// write prints one definition a line, so that a new version of Kubernetes reads as a small difference.
func write(table Table) error {
	out := bufio.NewWriter(os.Stdout)
	fmt.Fprintf(out, "{\"kubernetes\":%q,\n\"kinds\":{\n", table.Kubernetes)
	if err := writeLines(out, table.Kinds); err != nil {
		return err
	}
	fmt.Fprint(out, "},\n\"types\":{\n")
	if err := writeLines(out, table.Types); err != nil {
		return err
	}
	fmt.Fprint(out, "}}\n")
	return out.Flush()
}

func writeLines[V any](out *bufio.Writer, entries map[string]V) error {
	for i, name := range slices.Sorted(maps.Keys(entries)) {
		text, err := json.Marshal(entries[name])
		if err != nil {
			return err
		}
		end := ",\n"
		if i == len(entries)-1 {
			end = "\n"
		}
		fmt.Fprintf(out, "%q:%s%s", name, text, end)
	}
	return nil
}
