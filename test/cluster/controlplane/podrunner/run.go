package podrunner

import (
	"context"
	"fmt"
	"maps"
	"net/url"
	"path/filepath"
	"runtime"

	v1 "k8s.io/api/core/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/klog/v2"
)

// Run runs a node until the context ends. Then it stops all its processes.
func Run(ctx context.Context, settings Settings) error {
	if settings.Port != 0 && settings.ClientCA == "" {
		return errNoClientCA
	}
	root, err := filepath.Abs(settings.Root)
	if err != nil {
		return err
	}
	settings.Root = root
	config, err := clientcmd.BuildConfigFromFlags("", settings.Kubeconfig)
	if err != nil {
		return fmt.Errorf("kubeconfig: %w", err)
	}
	// Without a rate limit, because only tests use the API server.
	config.QPS = -1
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	runtime, err := newRuntimeFor(settings, config)
	if err != nil {
		return err
	}
	defer runtime.stopAll(settings.Grace)
	if err := registerNode(ctx, client, settings.Node, nodeLabels(settings), settings.Taints); err != nil {
		return err
	}
	if err := startKubelet(ctx, settings, config, runtime); err != nil {
		return fmt.Errorf("kubelet: %w", err)
	}
	if settings.ServiceProxy {
		if err := startServiceProxy(ctx, client, settings.Node); err != nil {
			return fmt.Errorf("service proxy: %w", err)
		}
	}
	klog.InfoS("The pod runner is ready", "node", settings.Node, "root", settings.Root)
	<-ctx.Done()
	return nil
}

func newRuntimeFor(settings Settings, config *rest.Config) (*processRuntime, error) {
	addresses, err := newAddresses(settings.PodCIDR)
	if err != nil {
		return nil, err
	}
	server, err := url.Parse(config.Host)
	if err != nil {
		return nil, fmt.Errorf("kubeconfig: %w", err)
	}
	port := server.Port()
	if port == "" {
		port = "443"
	}
	runtime, err := newProcessRuntime(settings.Root, addresses, environment{serverHost: server.Hostname(), serverPort: port})
	if err != nil || settings.Port == 0 {
		return runtime, err
	}
	return runtime, runtime.startStreams()
}

// nodeLabels adds the standard labels of a node to the given labels.
func nodeLabels(settings Settings) map[string]string {
	labels := map[string]string{
		v1.LabelHostname:   settings.Node,
		v1.LabelOSStable:   runtime.GOOS,
		v1.LabelArchStable: runtime.GOARCH,
	}
	maps.Copy(labels, settings.Labels)
	return labels
}
