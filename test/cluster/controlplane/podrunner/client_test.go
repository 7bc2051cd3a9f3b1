package podrunner

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"

	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"
	"k8s.io/utils/ptr"
)

func TestPodsAreReadWithoutUsers(t *testing.T) {
	pod := v1.Pod{
		TypeMeta:   metav1.TypeMeta{APIVersion: "v1", Kind: "Pod"},
		ObjectMeta: metav1.ObjectMeta{Name: "pod"},
		Spec: v1.PodSpec{
			SecurityContext: &v1.PodSecurityContext{RunAsUser: ptr.To(int64(1)), FSGroup: ptr.To(int64(2))},
			InitContainers:  []v1.Container{{SecurityContext: &v1.SecurityContext{RunAsUser: ptr.To(int64(3))}}},
			Containers:      []v1.Container{{SecurityContext: &v1.SecurityContext{RunAsUser: ptr.To(int64(4))}}},
		},
	}
	server := httptest.NewServer(http.HandlerFunc(func(response http.ResponseWriter, request *http.Request) {
		response.Header().Set("Content-Type", "application/json")
		var body any = pod
		if request.URL.Path == "/api/v1/pods" {
			body = v1.PodList{TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "PodList"}, Items: []v1.Pod{pod}}
		}
		if err := json.NewEncoder(response).Encode(body); err != nil {
			t.Error(err)
		}
	}))
	defer server.Close()
	client, err := newKubeletClient(&rest.Config{Host: server.URL})
	if err != nil {
		t.Fatal(err)
	}
	one, err := client.CoreV1().Pods("default").Get(context.Background(), "pod", metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	all, err := client.CoreV1().Pods("").List(context.Background(), metav1.ListOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for name, read := range map[string]v1.Pod{"get": *one, "list": all.Items[0]} {
		spec := read.Spec
		if read.Name != "pod" || spec.SecurityContext.RunAsUser != nil || spec.SecurityContext.FSGroup != nil ||
			spec.InitContainers[0].SecurityContext != nil || spec.Containers[0].SecurityContext != nil {
			t.Errorf("%s: %+v", name, spec)
		}
	}
}
