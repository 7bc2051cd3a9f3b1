package podrunner

import (
	"context"

	cri "k8s.io/cri-api/pkg/apis/runtime/v1"
)

// GetContainerEvents implements RuntimeService. It sends the ends of containers until the context ends. Without it, the
// kubelet would notice them up to a second later.
func (r *processRuntime) GetContainerEvents(ctx context.Context, events chan *cri.ContainerEventResponse, connected func(cri.RuntimeService_GetContainerEventsClient)) error {
	connected(nil)
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case status := <-r.stopped:
			event := &cri.ContainerEventResponse{
				ContainerEventType: cri.ContainerEventType_CONTAINER_STOPPED_EVENT,
				PodSandboxStatus:   status,
			}
			select {
			case <-ctx.Done():
				return ctx.Err()
			case events <- event:
			}
		}
	}
}
