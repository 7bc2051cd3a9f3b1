package podrunner

import (
	"context"
	"fmt"
	"maps"
	"path/filepath"
	"sync"
	"time"

	"github.com/google/uuid"
	cri "k8s.io/cri-api/pkg/apis/runtime/v1"
	"k8s.io/cri-streaming/pkg/streaming"
)

// processRuntime is a container runtime whose containers are local processes. It implements RuntimeService of
// k8s.io/cri-api in sandboxes.go, containers.go, exec.go and unsupported.go.
type processRuntime struct {
	folder      string
	addresses   *addresses
	launcher    *launcher
	environment environment
	// streams serves `kubectl exec`. It is nil without a kubelet endpoint.
	streams streaming.Server
	// stopped passes the Pods whose containers end to the kubelet, which checks them immediately.
	stopped chan *cri.PodSandboxStatus

	mutex      sync.Mutex
	closed     bool
	sandboxes  map[string]*sandbox
	containers map[string]*container
}

func newProcessRuntime(folder string, addresses *addresses, environment environment) (*processRuntime, error) {
	guard, err := startGuard()
	if err != nil {
		return nil, err
	}
	return &processRuntime{
		folder:      folder,
		addresses:   addresses,
		launcher:    newLauncher(guard),
		environment: environment,
		stopped:     make(chan *cri.PodSandboxStatus, 100),
		sandboxes:   map[string]*sandbox{},
		containers:  map[string]*container{},
	}, nil
}

func (r *processRuntime) logs() string { return filepath.Join(r.folder, "logs") }

// Version implements RuntimeService. The kubelet expects version 0.1.0 of the API.
func (r *processRuntime) Version(context.Context, string) (*cri.VersionResponse, error) {
	return &cri.VersionResponse{
		Version: "0.1.0", RuntimeName: "process", RuntimeVersion: "1.0.0", RuntimeApiVersion: "v1",
	}, nil
}

// Status implements RuntimeService.
func (r *processRuntime) Status(context.Context, bool) (*cri.StatusResponse, error) {
	return &cri.StatusResponse{Status: &cri.RuntimeStatus{Conditions: []*cri.RuntimeCondition{
		{Type: "RuntimeReady", Status: true},
		{Type: "NetworkReady", Status: true},
	}}}, nil
}

// Close implements RuntimeService. It kills all containers and starts no further ones.
func (r *processRuntime) Close(context.Context) error {
	r.stopAll(0)
	return nil
}

// stopAll stops all containers and returns when they have ended.
func (r *processRuntime) stopAll(grace time.Duration) {
	r.mutex.Lock()
	r.closed = true
	containers := maps.Clone(r.containers)
	r.mutex.Unlock()
	var stops sync.WaitGroup
	for _, container := range containers {
		stops.Go(func() { container.stop(grace) })
	}
	stops.Wait()
}

// container returns the container with an id.
func (r *processRuntime) container(id string) (*container, error) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if container := r.containers[id]; container != nil {
		return container, nil
	}
	return nil, fmt.Errorf("container %s: %w", id, errNotFound)
}

func newID() string { return uuid.NewString() }

// matches tells whether labels contain all labels of a selector.
func matches(labels, selector map[string]string) bool {
	for key, value := range selector {
		if labels[key] != value {
			return false
		}
	}
	return true
}
