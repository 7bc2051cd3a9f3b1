package podrunner

import (
	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/kubernetes/scheme"
	typed "k8s.io/client-go/kubernetes/typed/core/v1"
	"k8s.io/client-go/rest"
)

// kubeletClient is the kubelet's client. It removes the security context from Pods. Otherwise the kubelet would change
// the owner of files to the container's user, which requires privileges, and here no process runs as that user.
type kubeletClient struct {
	kubernetes.Interface
	core typed.CoreV1Interface
}

// CoreV1 implements kubernetes.Interface.
func (c kubeletClient) CoreV1() typed.CoreV1Interface { return c.core }

func newKubeletClient(config *rest.Config) (kubernetes.Interface, error) {
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return nil, err
	}
	core := rest.CopyConfig(config)
	core.APIPath = "/api"
	core.GroupVersion = &v1.SchemeGroupVersion
	core.NegotiatedSerializer = userlessSerializer{rest.CodecFactoryForGeneratedClient(scheme.Scheme, scheme.Codecs).WithoutConversion()}
	restClient, err := rest.RESTClientFor(core)
	if err != nil {
		return nil, err
	}
	return kubeletClient{client, typed.New(restClient)}, nil
}

type userlessSerializer struct{ runtime.NegotiatedSerializer }

// DecoderToVersion implements runtime.NegotiatedSerializer.
func (s userlessSerializer) DecoderToVersion(decoder runtime.Decoder, versioner runtime.GroupVersioner) runtime.Decoder {
	return userlessDecoder{s.NegotiatedSerializer.DecoderToVersion(decoder, versioner)}
}

type userlessDecoder struct{ runtime.Decoder }

// Decode implements runtime.Decoder.
func (d userlessDecoder) Decode(data []byte, defaults *schema.GroupVersionKind, into runtime.Object) (runtime.Object, *schema.GroupVersionKind, error) {
	object, kind, err := d.Decoder.Decode(data, defaults, into)
	switch decoded := object.(type) {
	case *v1.Pod:
		dropUsers(&decoded.Spec)
	case *v1.PodList:
		for i := range decoded.Items {
			dropUsers(&decoded.Items[i].Spec)
		}
	}
	return object, kind, err
}

func dropUsers(spec *v1.PodSpec) {
	spec.SecurityContext = &v1.PodSecurityContext{}
	spec.HostUsers = nil
	for i := range spec.InitContainers {
		spec.InitContainers[i].SecurityContext = nil
	}
	for i := range spec.Containers {
		spec.Containers[i].SecurityContext = nil
	}
	for i := range spec.EphemeralContainers {
		spec.EphemeralContainers[i].SecurityContext = nil
	}
}
