// Command gotypes writes what the OpenAPI documents of Kubernetes do not tell of its Go types: which fields are left out
// when they hold a zero value, which are written with one, and which are filled in. It asks the API server's own code.
package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand"
	"os"
	"reflect"
	"slices"
	"strings"

	apiextensionsinstall "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/install"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/intstr"
	aggregatorinstall "k8s.io/kube-aggregator/pkg/apis/apiregistration/install"
	"k8s.io/kubernetes/pkg/api/legacyscheme"
	_ "k8s.io/kubernetes/pkg/controlplane"
)

// Rounds is how often each kind is filled at random; a default that every round gives does not depend on other fields.
const rounds = 400

// Depth is how far types that contain themselves are filled.
const depth = 14

// Facts is what is told of one struct.
type Facts struct {
	// Omits are the fields that are left out when they hold a zero value.
	Omits []string `json:"omits,omitempty"`
	// Zeros are the fields that are written even when nobody sets them, with their zero values.
	Zeros map[string]any `json:"zeros,omitempty"`
	// Nulls are the lists and maps that are written even when nobody sets them.
	Nulls []string `json:"nulls,omitempty"`
	// Values are the fields that the server fills in when they are absent.
	Values map[string]any `json:"values,omitempty"`
}

type probe struct {
	random *rand.Rand
	types  map[string]reflect.Type
	seen   map[string]map[string]*observed
}

// observed is what a zero field has become in the rounds.
type observed struct {
	field  string
	value  string
	steady bool
}

func main() {
	apiextensionsinstall.Install(legacyscheme.Scheme)
	aggregatorinstall.Install(legacyscheme.Scheme)
	p := probe{random: rand.New(rand.NewSource(1)), types: map[string]reflect.Type{}, seen: map[string]map[string]*observed{}}
	kinds := legacyscheme.Scheme.AllKnownTypes()
	gvks := slices.SortedFunc(maps.Keys(kinds), func(a, b schema.GroupVersionKind) int { return strings.Compare(a.String(), b.String()) })
	for _, gvk := range gvks {
		if gvk.Version == runtime.APIVersionInternal || strings.HasSuffix(gvk.Kind, "List") || name(kinds[gvk]) == "" {
			continue
		}
		p.collect(kinds[gvk])
		for range rounds {
			p.round(gvk)
		}
	}
	facts := map[string]*Facts{}
	for name, t := range p.types {
		if found := p.facts(name, t); found != nil {
			facts[name] = found
		}
	}
	text, err := json.MarshalIndent(facts, "", " ")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(string(text))
}

// name is the name of a type in the OpenAPI documents, without the prefixes that builtin.json leaves out too.
func name(t reflect.Type) string {
	for _, prefix := range []string{"k8s.io/api/", "k8s.io/apimachinery/pkg/apis/", "k8s.io/kube-aggregator/pkg/apis/",
		"k8s.io/apiextensions-apiserver/pkg/apis/"} {
		if rest, ok := strings.CutPrefix(t.PkgPath(), prefix); ok {
			return strings.ReplaceAll(rest, "/", ".") + "." + t.Name()
		}
	}
	return ""
}

// isWhole tells of the types that write themselves.
func isWhole(t reflect.Type) bool {
	return t.Implements(reflect.TypeFor[json.Marshaler]()) || reflect.PointerTo(t).Implements(reflect.TypeFor[json.Marshaler]())
}

func (p *probe) collect(t reflect.Type) {
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map:
		p.collect(t.Elem())
	case reflect.Struct:
		if p.types[name(t)] != nil || (isWhole(t) && t.Name() != "JSONSchemaProps") {
			return
		}
		if name(t) != "" {
			p.types[name(t)] = t
		}
		for i := range t.NumField() {
			p.collect(t.Field(i).Type)
		}
	}
}

// tag reads the JSON name of a field and whether it is left out when it is zero.
func tag(field reflect.StructField) (name string, omits bool) {
	parts := strings.Split(field.Tag.Get("json"), ",")
	return parts[0], slices.Contains(parts[1:], "omitempty") || slices.Contains(parts[1:], "omitzero")
}

func isScalar(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Bool, reflect.String, reflect.Float32, reflect.Float64, reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32,
		reflect.Int64, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return true
	case reflect.Slice:
		return t.Elem().Kind() == reflect.Uint8
	}
	return false
}

func (p *probe) facts(name string, t reflect.Type) *Facts {
	facts := Facts{Zeros: map[string]any{}, Values: map[string]any{}}
	p.fields(t, &facts)
	for field, seen := range p.seen[name] {
		if seen.steady && seen.value != "" {
			var value any
			if err := json.Unmarshal([]byte(seen.value), &value); err == nil {
				facts.Values[field] = value
			}
		}
	}
	slices.Sort(facts.Nulls)
	slices.Sort(facts.Omits)
	if len(facts.Nulls)+len(facts.Omits)+len(facts.Zeros)+len(facts.Values) == 0 {
		return nil
	}
	return &facts
}

func (p *probe) fields(t reflect.Type, facts *Facts) {
	for i := range t.NumField() {
		field := t.Field(i)
		json, omits := tag(field)
		switch {
		case json == "" && field.Anonymous && field.Type.Kind() == reflect.Struct:
			p.fields(field.Type, facts)
		case json == "" || json == "-":
		case isScalar(field.Type) && omits:
			facts.Omits = append(facts.Omits, json)
		case (field.Type.Kind() == reflect.Slice || field.Type.Kind() == reflect.Map) && !omits:
			facts.Nulls = append(facts.Nulls, json)
		case isScalar(field.Type) && field.Type.Kind() != reflect.Slice:
			facts.Zeros[json] = reflect.Zero(field.Type).Interface()
		case field.Type == reflect.TypeFor[resource.Quantity]():
			facts.Zeros[json] = "0"
		case field.Type == reflect.TypeFor[intstr.IntOrString]():
			facts.Zeros[json] = 0
		}
	}
}

// round fills an object at random, lets the server's code fill in what is absent, and notes what it did.
func (p *probe) round(gvk schema.GroupVersionKind) {
	object, err := legacyscheme.Scheme.New(gvk)
	if err != nil {
		return
	}
	p.fill(reflect.ValueOf(object).Elem(), depth)
	before := object.DeepCopyObject()
	// Some rules do not expect what a server would have refused before them.
	defer func() { _ = recover() }()
	legacyscheme.Scheme.Default(object)
	p.note(reflect.ValueOf(before).Elem(), reflect.ValueOf(object).Elem())
}

func (p *probe) fill(value reflect.Value, depth int) {
	t := value.Type()
	switch {
	case depth == 0 || !value.CanSet():
	case t == reflect.TypeFor[metav1.ObjectMeta]() || t == reflect.TypeFor[metav1.TypeMeta]():
	case t == reflect.TypeFor[intstr.IntOrString](), t == reflect.TypeFor[resource.Quantity](), isScalar(t):
		if p.random.Intn(2) == 0 {
			p.scalar(value)
		}
	case t.Kind() == reflect.Struct && isWhole(t) && t.Name() != "JSONSchemaProps":
	case t.Kind() == reflect.Struct:
		for i := range t.NumField() {
			p.fill(value.Field(i), depth-1)
		}
	case t.Kind() == reflect.Pointer && (isScalar(t.Elem()) || isWhole(t.Elem())):
		if p.random.Intn(2) == 0 {
			value.Set(reflect.New(t.Elem()))
			p.scalar(value.Elem())
		}
	case t.Kind() == reflect.Pointer:
		if p.random.Intn(4) > 0 {
			value.Set(reflect.New(t.Elem()))
			p.fill(value.Elem(), depth-1)
		}
	case t.Kind() == reflect.Slice:
		if p.random.Intn(4) > 0 {
			value.Set(reflect.MakeSlice(t, 1, 1))
			p.fill(value.Index(0), depth-1)
		}
	}
}

func (p *probe) scalar(value reflect.Value) {
	switch value.Kind() {
	case reflect.Bool:
		value.SetBool(true)
	case reflect.String:
		value.SetString("x")
	case reflect.Float32, reflect.Float64:
		value.SetFloat(1)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		value.SetInt(1)
	case reflect.Struct:
		switch value.Type() {
		case reflect.TypeFor[intstr.IntOrString]():
			value.Set(reflect.ValueOf(intstr.FromInt32(1)))
		case reflect.TypeFor[resource.Quantity]():
			value.Set(reflect.ValueOf(resource.MustParse("1")))
		}
	}
}

// note walks both objects at once and writes down what absent fields have become.
func (p *probe) note(before, after reflect.Value) {
	switch before.Kind() {
	case reflect.Pointer:
		if !before.IsNil() && !after.IsNil() {
			p.note(before.Elem(), after.Elem())
		}
	case reflect.Slice:
		for i := range min(before.Len(), after.Len()) {
			p.note(before.Index(i), after.Index(i))
		}
	case reflect.Struct:
		if isWhole(before.Type()) && before.Type().Name() != "JSONSchemaProps" || isScalar(before.Type()) {
			return
		}
		p.noteFields(before.Type(), before, after)
	}
}

// noteFields notes the fields of a struct as those of owner, which embeds it or is it.
func (p *probe) noteFields(owner reflect.Type, before, after reflect.Value) {
	for i := range before.NumField() {
		field := before.Type().Field(i)
		if json, _ := tag(field); json == "" && field.Anonymous && field.Type.Kind() == reflect.Struct {
			p.noteFields(owner, before.Field(i), after.Field(i))
			continue
		}
		p.noteField(owner, field, before.Field(i), after.Field(i))
	}
}

func (p *probe) noteField(t reflect.Type, field reflect.StructField, before, after reflect.Value) {
	json, _ := tag(field)
	element := field.Type
	if element.Kind() == reflect.Pointer {
		element = element.Elem()
	}
	p.note(before, after)
	isPart := element.Kind() == reflect.Struct && field.Type == element && element != reflect.TypeFor[intstr.IntOrString]()
	isTime := element == reflect.TypeFor[metav1.Time]() || element == reflect.TypeFor[metav1.MicroTime]()
	if json == "" || json == "-" || isPart || isTime || !before.IsZero() {
		return
	}
	if p.seen[name(t)] == nil {
		p.seen[name(t)] = map[string]*observed{}
	}
	value := ""
	isList := after.Kind() == reflect.Slice || after.Kind() == reflect.Map
	if !after.IsZero() && !(isList && after.Len() == 0) {
		value = encode(after.Interface())
	}
	switch seen := p.seen[name(t)][json]; {
	case seen == nil:
		p.seen[name(t)][json] = &observed{field: json, value: value, steady: true}
	case seen.value != value:
		seen.steady = false
	}
}

func encode(value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		return ""
	}
	return string(text)
}
