package podrunner

import (
	"encoding/json"
	"os"
	"path/filepath"
)

// writeKubeconfig writes a kubeconfig with the paths of the service account's files, which the kubelet renews. It is
// JSON, which is valid YAML. The token's path is in two fields, because the JavaScript client reads another one.
func writeKubeconfig(path, server, namespace, folder string) error {
	type object = map[string]any
	type list = []object
	token := filepath.Join(folder, "token")
	content, err := json.MarshalIndent(object{
		"apiVersion":      "v1",
		"kind":            "Config",
		"current-context": "pod",
		"clusters": list{{"name": "cluster", "cluster": object{
			"server": server, "certificate-authority": filepath.Join(folder, "ca.crt"),
		}}},
		"users":    list{{"name": "pod", "user": object{"tokenFile": token, "token-file": token}}},
		"contexts": list{{"name": "pod", "context": object{"cluster": "cluster", "user": "pod", "namespace": namespace}}},
	}, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, content, 0o600)
}
