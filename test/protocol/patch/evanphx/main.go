// Applies JSON Patches as the API server does, with evanphx/json-patch v4, and decodes the result as it does, with
// sigs.k8s.io/json: both are the modules that k8s.io/apiserver imports. Reads lines {"doc": ..., "patch": [...]} and prints
// one line for each: {"result": ..., "read": "..."} or {"error": "..."}. `read` is the text that a client would read after
// the API server has stored the result: integers of int64 with all digits, other numbers as float64.
package main

import (
	"bufio"
	"encoding/json"
	"os"

	jsonpatch "gopkg.in/evanphx/json-patch.v4"
	kjson "sigs.k8s.io/json"
)

type task struct {
	Doc   json.RawMessage `json:"doc"`
	Patch json.RawMessage `json:"patch"`
}

type answer struct {
	Result json.RawMessage `json:"result,omitempty"`
	Read   string          `json:"read,omitempty"`
	Error  string          `json:"error,omitempty"`
}

func apply(line []byte) answer {
	var t task
	if err := json.Unmarshal(line, &t); err != nil {
		return answer{Error: err.Error()}
	}
	patch, err := jsonpatch.DecodePatch(t.Patch)
	if err != nil {
		return answer{Error: err.Error()}
	}
	result, err := patch.Apply(t.Doc)
	if err != nil {
		return answer{Error: err.Error()}
	}
	read, err := decodeAndEncode(result)
	if err == nil {
		// A -0.0 is stored as -0, and read as the integer 0.
		read, err = decodeAndEncode(read)
	}
	if err != nil {
		return answer{Error: err.Error()}
	}
	return answer{Result: result, Read: string(read)}
}

func decodeAndEncode(text []byte) ([]byte, error) {
	var value any
	if err := kjson.UnmarshalCaseSensitivePreserveInts(text, &value); err != nil {
		return nil, err
	}
	return json.Marshal(value)
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 64<<20)
	out := json.NewEncoder(os.Stdout)
	for lines.Scan() {
		if err := out.Encode(apply(lines.Bytes())); err != nil {
			panic(err)
		}
	}
	if err := lines.Err(); err != nil {
		panic(err)
	}
}
