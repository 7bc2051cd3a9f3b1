package podrunner

import (
	"context"

	cri "k8s.io/cri-api/pkg/apis/runtime/v1"
)

// anyImage is an image service that reports every image as present, because containers run local programs. It
// implements ImageManagerService of k8s.io/cri-api.
type anyImage struct{}

func (anyImage) ListImages(context.Context, *cri.ImageFilter) ([]*cri.Image, error) {
	return nil, nil
}

func (anyImage) ImageStatus(_ context.Context, image *cri.ImageSpec, _ bool) (*cri.ImageStatusResponse, error) {
	return &cri.ImageStatusResponse{Image: &cri.Image{Id: image.Image, RepoTags: []string{image.Image}, Spec: image}}, nil
}

func (anyImage) PullImage(_ context.Context, image *cri.ImageSpec, _ *cri.AuthConfig, _ *cri.PodSandboxConfig) (string, error) {
	return image.Image, nil
}

func (anyImage) RemoveImage(context.Context, *cri.ImageSpec) error { return nil }

func (anyImage) ImageFsInfo(context.Context) (*cri.ImageFsInfoResponse, error) {
	return &cri.ImageFsInfoResponse{}, nil
}

func (anyImage) Close(context.Context) error { return nil }
