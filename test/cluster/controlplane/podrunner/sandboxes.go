package podrunner

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	cri "k8s.io/cri-api/pkg/apis/runtime/v1"
)

var (
	errClosed = errors.New("the pod runner is stopping")
	// errNotFound has the code with which the kubelet recognises a missing sandbox or container.
	errNotFound = status.Error(codes.NotFound, "not found")
)

// sandbox is the address and the folder of a Pod.
type sandbox struct {
	id      string
	config  *cri.PodSandboxConfig
	address string
	folder  string
	created time.Time
	state   cri.PodSandboxState
}

// RunPodSandbox implements RuntimeService. It takes an address for the Pod.
func (r *processRuntime) RunPodSandbox(_ context.Context, config *cri.PodSandboxConfig, _ string) (string, error) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if r.closed {
		return "", errClosed
	}
	address, err := r.addresses.take()
	if err != nil {
		return "", err
	}
	id := newID()
	r.sandboxes[id] = &sandbox{
		id: id, config: config, address: address, folder: filepath.Join(r.folder, config.Metadata.Uid),
		created: time.Now(), state: cri.PodSandboxState_SANDBOX_READY,
	}
	return id, nil
}

// StopPodSandbox implements RuntimeService. It kills the remaining processes of the Pod.
func (r *processRuntime) StopPodSandbox(_ context.Context, id string) error {
	for _, container := range r.containersOf(id) {
		container.stop(0)
	}
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if sandbox := r.sandboxes[id]; sandbox != nil {
		sandbox.state = cri.PodSandboxState_SANDBOX_NOTREADY
	}
	return nil
}

// RemovePodSandbox implements RuntimeService. It returns the Pod's address and removes its folder.
func (r *processRuntime) RemovePodSandbox(ctx context.Context, id string) error {
	if err := r.StopPodSandbox(ctx, id); err != nil {
		return err
	}
	for _, container := range r.containersOf(id) {
		if err := r.RemoveContainer(ctx, container.id); err != nil {
			return err
		}
	}
	r.mutex.Lock()
	defer r.mutex.Unlock()
	sandbox := r.sandboxes[id]
	if sandbox == nil {
		return nil
	}
	delete(r.sandboxes, id)
	r.addresses.give(sandbox.address)
	// A new sandbox of the same Pod has the same folder.
	for _, other := range r.sandboxes {
		if other.folder == sandbox.folder {
			return nil
		}
	}
	return os.RemoveAll(sandbox.folder)
}

// PodSandboxStatus implements RuntimeService.
func (r *processRuntime) PodSandboxStatus(_ context.Context, id string, _ bool) (*cri.PodSandboxStatusResponse, error) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	sandbox := r.sandboxes[id]
	if sandbox == nil {
		return nil, fmt.Errorf("sandbox %s: %w", id, errNotFound)
	}
	// Without a timestamp. With one, the kubelet expects the statuses of the containers in the answer.
	return &cri.PodSandboxStatusResponse{Status: sandbox.status()}, nil
}

// ListPodSandbox implements RuntimeService.
func (r *processRuntime) ListPodSandbox(_ context.Context, filter *cri.PodSandboxFilter) ([]*cri.PodSandbox, error) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	var found []*cri.PodSandbox
	for _, s := range r.sandboxes {
		if filter.GetId() != "" && filter.GetId() != s.id ||
			filter.GetState() != nil && filter.GetState().State != s.state ||
			!matches(s.config.Labels, filter.GetLabelSelector()) {
			continue
		}
		found = append(found, &cri.PodSandbox{
			Id: s.id, Metadata: s.config.Metadata, State: s.state, CreatedAt: s.created.UnixNano(),
			Labels: s.config.Labels, Annotations: s.config.Annotations,
		})
	}
	return found, nil
}

func (s *sandbox) status() *cri.PodSandboxStatus {
	return &cri.PodSandboxStatus{
		Id: s.id, Metadata: s.config.Metadata, State: s.state, CreatedAt: s.created.UnixNano(),
		Labels: s.config.Labels, Annotations: s.config.Annotations,
		Network: &cri.PodSandboxNetworkStatus{Ip: s.address},
		// The kubelet replaces the sandbox when these differ from its request.
		Linux: &cri.LinuxPodSandboxStatus{Namespaces: &cri.Namespace{
			Options: s.config.GetLinux().GetSecurityContext().GetNamespaceOptions(),
		}},
	}
}
