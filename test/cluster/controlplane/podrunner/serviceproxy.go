package podrunner

import (
	"context"
	"fmt"
	"net"
	"strconv"
	"time"

	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	listers "k8s.io/client-go/listers/core/v1"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/util/workqueue"
	"k8s.io/endpointslice"
	"k8s.io/klog/v2"
	podutil "k8s.io/kubernetes/pkg/api/v1/pod"
)

// serviceProxy listens at the addresses of Services and forwards TCP connections to their ready Pods on this node. The
// API server rejects loopback addresses in EndpointSlices, so the proxy selects the Pods itself.
type serviceProxy struct {
	services listers.ServiceLister
	pods     listers.PodLister
	// queue contains at most one item, which signals a change.
	queue     workqueue.TypedRateLimitingInterface[string]
	listeners map[servicePort]*serviceListener
}

// servicePort is the address and a port of a Service.
type servicePort struct {
	namespace, service string
	address            string
	port               int32
	target             string
}

// startServiceProxy starts a proxy that runs until the context ends.
func startServiceProxy(ctx context.Context, client kubernetes.Interface, node string) error {
	factory := informers.NewSharedInformerFactory(client, 0)
	ofNode := informers.NewSharedInformerFactoryWithOptions(client, 0, informers.WithTweakListOptions(func(options *metav1.ListOptions) {
		options.FieldSelector = fields.OneTermEqualSelector("spec.nodeName", node).String()
	}))
	proxy := &serviceProxy{
		services:  factory.Core().V1().Services().Lister(),
		pods:      ofNode.Core().V1().Pods().Lister(),
		queue:     workqueue.NewTypedRateLimitingQueue(workqueue.NewTypedItemExponentialFailureRateLimiter[string](100*time.Millisecond, 5*time.Second)),
		listeners: map[servicePort]*serviceListener{},
	}
	changed := func() { proxy.queue.Add("changed") }
	handler := cache.ResourceEventHandlerFuncs{
		AddFunc:    func(any) { changed() },
		UpdateFunc: func(any, any) { changed() },
		DeleteFunc: func(any) { changed() },
	}
	for _, informer := range []cache.SharedIndexInformer{factory.Core().V1().Services().Informer(), ofNode.Core().V1().Pods().Informer()} {
		if _, err := informer.AddEventHandler(handler); err != nil {
			return err
		}
	}
	factory.Start(ctx.Done())
	ofNode.Start(ctx.Done())
	go func() {
		factory.WaitForCacheSync(ctx.Done())
		ofNode.WaitForCacheSync(ctx.Done())
		proxy.run(ctx)
	}()
	return nil
}

func (p *serviceProxy) run(ctx context.Context) {
	go func() { <-ctx.Done(); p.queue.ShutDown() }()
	for {
		item, shutdown := p.queue.Get()
		if shutdown {
			return
		}
		if err := p.reconcile(); err != nil {
			klog.ErrorS(err, "A Service is not served")
			p.queue.AddRateLimited(item)
		} else {
			p.queue.Forget(item)
		}
		p.queue.Done(item)
	}
}

// reconcile listens only at the ports of Services with a ready Pod. Connections to others are refused.
func (p *serviceProxy) reconcile() error {
	wanted, err := p.wanted()
	if err != nil {
		return err
	}
	for port, listener := range p.listeners {
		if len(wanted[port]) == 0 {
			listener.close()
			delete(p.listeners, port)
			klog.InfoS("A Service is not served any more", "service", klog.KRef(port.namespace, port.service), "port", port.port)
		}
	}
	var failed error
	for port, backends := range wanted {
		if listener := p.listeners[port]; listener != nil {
			listener.setBackends(backends)
			continue
		}
		listener, err := listenFor(net.JoinHostPort(port.address, strconv.Itoa(int(port.port))), backends)
		if err != nil {
			failed = fmt.Errorf("%s/%s: %w", port.namespace, port.service, err)
			continue
		}
		p.listeners[port] = listener
		klog.InfoS("A Service is served", "service", klog.KRef(port.namespace, port.service), "address", listener.address())
	}
	return failed
}

// wanted returns the addresses of the ready Pods for each port of each Service with at least one ready Pod.
func (p *serviceProxy) wanted() (map[servicePort][]string, error) {
	services, err := p.services.List(labels.Everything())
	if err != nil {
		return nil, err
	}
	wanted := map[servicePort][]string{}
	for _, service := range services {
		address := net.ParseIP(service.Spec.ClusterIP)
		if len(service.Spec.Selector) == 0 || address == nil || !address.IsLoopback() {
			continue
		}
		pods, err := p.pods.Pods(service.Namespace).List(labels.SelectorFromSet(service.Spec.Selector))
		if err != nil {
			return nil, err
		}
		for _, port := range service.Spec.Ports {
			key := servicePort{service.Namespace, service.Name, address.String(), port.Port, port.TargetPort.String()}
			if backends := backendsOf(pods, port); len(backends) > 0 && port.Protocol == v1.ProtocolTCP {
				wanted[key] = backends
			}
		}
	}
	return wanted, nil
}

func backendsOf(pods []*v1.Pod, port v1.ServicePort) []string {
	var backends []string
	for _, pod := range pods {
		if pod.DeletionTimestamp != nil || !podutil.IsPodReady(pod) || pod.Status.PodIP == "" {
			continue
		}
		// The error means that the Pod has no port with that name.
		if target, err := endpointslice.FindPort(pod, &port); err == nil {
			backends = append(backends, net.JoinHostPort(pod.Status.PodIP, strconv.Itoa(target)))
		}
	}
	return backends
}
