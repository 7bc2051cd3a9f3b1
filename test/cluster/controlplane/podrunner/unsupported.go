package podrunner

import (
	"context"
	"errors"

	cri "k8s.io/cri-api/pkg/apis/runtime/v1"
)

var errUnsupported = errors.New("not supported: containers run as local processes")

// The functions below implement the rest of RuntimeService. Features without an equivalent for processes do nothing
// when the kubelet works without them, and return an error otherwise.

func (r *processRuntime) UpdateContainerResources(context.Context, string, *cri.ContainerResources) error {
	return nil
}

func (r *processRuntime) UpdatePodSandboxResources(context.Context, *cri.UpdatePodSandboxResourcesRequest) (*cri.UpdatePodSandboxResourcesResponse, error) {
	return &cri.UpdatePodSandboxResourcesResponse{}, nil
}

func (r *processRuntime) UpdateRuntimeConfig(context.Context, *cri.RuntimeConfig) error {
	return nil
}

func (r *processRuntime) RuntimeConfig(context.Context) (*cri.RuntimeConfigResponse, error) {
	return &cri.RuntimeConfigResponse{}, nil
}

func (r *processRuntime) ReopenContainerLog(context.Context, string) error {
	return errUnsupported
}

func (r *processRuntime) Attach(context.Context, *cri.AttachRequest) (*cri.AttachResponse, error) {
	return nil, errUnsupported
}

func (r *processRuntime) PortForward(context.Context, *cri.PortForwardRequest) (*cri.PortForwardResponse, error) {
	return nil, errUnsupported
}

func (r *processRuntime) CheckpointContainer(context.Context, *cri.CheckpointContainerRequest) error {
	return errUnsupported
}

func (r *processRuntime) CheckpointPod(context.Context, *cri.CheckpointPodRequest) error {
	return errUnsupported
}

func (r *processRuntime) RestorePod(context.Context, *cri.RestorePodRequest) (*cri.RestorePodResponse, error) {
	return nil, errUnsupported
}

func (r *processRuntime) ContainerStats(context.Context, string) (*cri.ContainerStats, error) {
	return nil, errUnsupported
}

func (r *processRuntime) ListContainerStats(context.Context, *cri.ContainerStatsFilter) ([]*cri.ContainerStats, error) {
	return nil, nil
}

func (r *processRuntime) PodSandboxStats(context.Context, string) (*cri.PodSandboxStats, error) {
	return nil, errUnsupported
}

func (r *processRuntime) ListPodSandboxStats(context.Context, *cri.PodSandboxStatsFilter) ([]*cri.PodSandboxStats, error) {
	return nil, nil
}

func (r *processRuntime) ListMetricDescriptors(context.Context) ([]*cri.MetricDescriptor, error) {
	return nil, nil
}

func (r *processRuntime) ListPodSandboxMetrics(context.Context) ([]*cri.PodSandboxMetrics, error) {
	return nil, nil
}
