package podrunner

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
)

// tokenFolder is the path at which admission mounts the service account's token and CA into every Pod.
const tokenFolder = "/var/run/secrets/kubernetes.io/serviceaccount"

// environment contains the variables of containers in addition to those of their Pods.
type environment struct {
	// serverHost and serverPort are the API server's real address. No server listens at its Service's address.
	serverHost, serverPort string
}

// of returns the environment of a container's processes, in the form of os.Environ. Values of the Pod
// override defaults, but not the address of the API server, for which the kubelet sets the Service's address.
func (e environment) of(c *container) ([]string, error) {
	address := c.sandbox.address
	values := []string{
		"PATH=" + os.Getenv("PATH"),
		"HOME=" + c.work(),
		"HOSTNAME=" + c.sandbox.config.Hostname,
		"POD_IP=" + address,
	}
	if folder := c.paths.translate(tokenFolder); folder != tokenFolder {
		kubeconfig := filepath.Join(c.folder, "kubeconfig")
		namespace := c.sandbox.config.Metadata.Namespace
		if err := writeKubeconfig(kubeconfig, e.server(), namespace, folder); err != nil {
			return nil, err
		}
		values = append(values, "KUBECONFIG="+kubeconfig)
	}
	for _, variable := range c.config.Envs {
		values = append(values, fmt.Sprintf("%s=%s", variable.Key, c.paths.translate(string(variable.Value))))
	}
	return append(values,
		"CONTAINER_ROOT="+c.root(),
		"KUBERNETES_SERVICE_HOST="+e.serverHost,
		"KUBERNETES_SERVICE_PORT="+e.serverPort,
		"KUBERNETES_SERVICE_PORT_HTTPS="+e.serverPort,
	), nil
}

func (e environment) server() string {
	return "https://" + net.JoinHostPort(e.serverHost, e.serverPort)
}
