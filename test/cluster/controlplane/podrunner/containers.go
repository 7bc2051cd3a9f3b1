package podrunner

import (
	"context"
	"fmt"
	"time"

	cri "k8s.io/cri-api/pkg/apis/runtime/v1"
)

// CreateContainer implements RuntimeService.
func (r *processRuntime) CreateContainer(_ context.Context, sandboxID string, config *cri.ContainerConfig, _ *cri.PodSandboxConfig) (string, error) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	sandbox := r.sandboxes[sandboxID]
	if sandbox == nil {
		return "", fmt.Errorf("sandbox %s: %w", sandboxID, errNotFound)
	}
	container, err := newContainer(newID(), sandbox, config, r.environment)
	if err != nil {
		return "", err
	}
	r.containers[container.id] = container
	return container.id, nil
}

// StartContainer implements RuntimeService.
func (r *processRuntime) StartContainer(_ context.Context, id string) error {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if r.closed {
		return errClosed
	}
	container := r.containers[id]
	if container == nil {
		return fmt.Errorf("container %s: %w", id, errNotFound)
	}
	return container.start(r.launcher, r.logs(), r.containerEnded)
}

func (r *processRuntime) containerEnded(c *container, exitCode int) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if exitCode == 0 {
		c.end(exitCode, "Completed", "")
	} else {
		c.end(exitCode, "Error", "")
	}
	// The kubelet also polls once a second, so a full channel loses no event.
	select {
	case r.stopped <- c.sandbox.status():
	default:
	}
}

// StopContainer implements RuntimeService. The grace period is in seconds.
func (r *processRuntime) StopContainer(_ context.Context, id string, grace int64) error {
	container, err := r.container(id)
	if err != nil {
		return err
	}
	container.stop(time.Duration(grace) * time.Second)
	return nil
}

// RemoveContainer implements RuntimeService. It keeps the container's folder for the next run.
func (r *processRuntime) RemoveContainer(_ context.Context, id string) error {
	container, err := r.container(id)
	if err != nil {
		return nil
	}
	container.stop(0)
	r.mutex.Lock()
	defer r.mutex.Unlock()
	delete(r.containers, id)
	return nil
}

// ListContainers implements RuntimeService.
func (r *processRuntime) ListContainers(_ context.Context, filter *cri.ContainerFilter) ([]*cri.Container, error) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	var found []*cri.Container
	for _, c := range r.containers {
		if filter.GetId() != "" && filter.GetId() != c.id ||
			filter.GetPodSandboxId() != "" && filter.GetPodSandboxId() != c.sandbox.id ||
			filter.GetState() != nil && filter.GetState().State != c.state ||
			!matches(c.config.Labels, filter.GetLabelSelector()) {
			continue
		}
		found = append(found, &cri.Container{
			Id: c.id, PodSandboxId: c.sandbox.id, Metadata: c.config.Metadata, State: c.state,
			Image: c.config.Image, ImageRef: c.config.Image.GetImage(), ImageId: c.config.Image.GetImage(),
			CreatedAt: c.created.UnixNano(), Labels: c.config.Labels, Annotations: c.config.Annotations,
		})
	}
	return found, nil
}

// ContainerStatus implements RuntimeService.
func (r *processRuntime) ContainerStatus(_ context.Context, id string, _ bool) (*cri.ContainerStatusResponse, error) {
	c, err := r.container(id)
	if err != nil {
		return nil, err
	}
	r.mutex.Lock()
	defer r.mutex.Unlock()
	status := &cri.ContainerStatus{
		Id: c.id, Metadata: c.config.Metadata, State: c.state,
		Image: c.config.Image, ImageRef: c.config.Image.GetImage(), ImageId: c.config.Image.GetImage(),
		CreatedAt: c.created.UnixNano(), Labels: c.config.Labels, Annotations: c.config.Annotations,
		Mounts: c.config.Mounts, LogPath: c.logPath(),
	}
	if !c.started.IsZero() {
		status.StartedAt = c.started.UnixNano()
	}
	if c.state == cri.ContainerState_CONTAINER_EXITED {
		status.FinishedAt, status.ExitCode = c.finished.UnixNano(), int32(c.exitCode)
		status.Reason, status.Message = c.reason, c.message
	}
	return &cri.ContainerStatusResponse{Status: status}, nil
}

// containersOf returns the containers of a sandbox.
func (r *processRuntime) containersOf(sandboxID string) []*container {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	var found []*container
	for _, container := range r.containers {
		if container.sandbox.id == sandboxID {
			found = append(found, container)
		}
	}
	return found
}
