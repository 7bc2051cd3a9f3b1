// Applies JSON Patches as the API server does: with evanphx/json-patch v4, the module that k8s.io/apiserver imports.
// Reads lines {"doc": ..., "patch": [...]} and prints one line for each: {"result": ...} or {"error": "..."}.
package main

import (
	"bufio"
	"encoding/json"
	"os"

	jsonpatch "gopkg.in/evanphx/json-patch.v4"
)

type task struct {
	Doc   json.RawMessage `json:"doc"`
	Patch json.RawMessage `json:"patch"`
}

type answer struct {
	Result json.RawMessage `json:"result,omitempty"`
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
	return answer{Result: result}
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
