package podrunner

import (
	"context"
	"time"

	v1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/util/retry"
	"k8s.io/klog/v2"
)

// registerNode creates the Node, or sets the labels and taints of an existing one. It retries until the API server
// answers. The kubelet does not register a loopback address, but it accepts the one of an existing Node.
func registerNode(ctx context.Context, client kubernetes.Interface, name string, labels map[string]string, taints []v1.Taint) error {
	return wait.PollUntilContextCancel(ctx, 200*time.Millisecond, true, func(ctx context.Context) (bool, error) {
		err := retry.RetryOnConflict(retry.DefaultRetry, func() error {
			return applyNode(ctx, client, name, labels, taints)
		})
		if err != nil {
			klog.InfoS("The node is not registered yet", "err", err)
		}
		return err == nil, nil
	})
}

func applyNode(ctx context.Context, client kubernetes.Interface, name string, labels map[string]string, taints []v1.Taint) error {
	nodes := client.CoreV1().Nodes()
	node, err := nodes.Get(ctx, name, metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		node, err = nodes.Create(ctx, &v1.Node{ObjectMeta: metav1.ObjectMeta{Name: name, Labels: labels}, Spec: v1.NodeSpec{Taints: taints}}, metav1.CreateOptions{})
	} else if err == nil {
		for key, value := range labels {
			metav1.SetMetaDataLabel(&node.ObjectMeta, key, value)
		}
		node.Spec.Taints = taints
		node, err = nodes.Update(ctx, node, metav1.UpdateOptions{})
	}
	if err != nil {
		return err
	}
	// Without a host name, because the API server would prefer it and look it up.
	node.Status.Addresses = []v1.NodeAddress{{Type: v1.NodeInternalIP, Address: loopback}}
	node.Status.Conditions = []v1.NodeCondition{{Type: v1.NodeReady, Status: v1.ConditionFalse, Reason: "Starting"}}
	_, err = nodes.UpdateStatus(ctx, node, metav1.UpdateOptions{})
	return err
}
