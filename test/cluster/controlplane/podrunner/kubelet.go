package podrunner

import (
	"context"
	"errors"
	"path/filepath"
	"time"

	"go.opentelemetry.io/otel/trace/noop"
	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	utilfeature "k8s.io/apiserver/pkg/util/feature"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/kubernetes/scheme"
	typed "k8s.io/client-go/kubernetes/typed/core/v1"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/record"
	"k8s.io/klog/v2"
	"k8s.io/kubernetes/cmd/kubelet/app/options"
	"k8s.io/kubernetes/pkg/features"
	"k8s.io/kubernetes/pkg/kubelet"
	kubeletapi "k8s.io/kubernetes/pkg/kubelet/apis/config"
	"k8s.io/kubernetes/pkg/kubelet/cm"
	"k8s.io/kubernetes/pkg/kubelet/kubeletconfig"
	kubeletutil "k8s.io/kubernetes/pkg/kubelet/util"
	"k8s.io/kubernetes/pkg/util/oom"
	"k8s.io/kubernetes/pkg/volume"
	"k8s.io/kubernetes/pkg/volume/configmap"
	"k8s.io/kubernetes/pkg/volume/downwardapi"
	"k8s.io/kubernetes/pkg/volume/emptydir"
	"k8s.io/kubernetes/pkg/volume/hostpath"
	"k8s.io/kubernetes/pkg/volume/projected"
	"k8s.io/kubernetes/pkg/volume/secret"
	"k8s.io/kubernetes/pkg/volume/util/hostutil"
	"k8s.io/mount-utils"
)

const (
	loopback = "127.0.0.1"
	maxPods  = 500
)

// startKubelet starts a kubelet for a registered Node on a runtime. It returns after the start.
func startKubelet(ctx context.Context, settings Settings, config *rest.Config, runtime *processRuntime) error {
	kubeletConfig, err := newKubeletConfiguration(settings)
	if err != nil {
		return err
	}
	client, err := newKubeletClient(config)
	if err != nil {
		return err
	}
	deps := newDependencies(ctx, settings.Node, client, runtime)
	if kubeletConfig.EnableServer {
		if deps.TLSConfig, err = endpointTLS(settings.ClientCA); err != nil {
			return err
		}
	}
	root := filepath.Join(settings.Root, "kubelet")
	k, err := kubelet.NewMainKubelet(ctx, kubeletConfig, deps, &kubeletconfig.ContainerRuntimeOptions{},
		settings.Node, types.NodeName(settings.Node), nil,
		"process://"+settings.Node, "external", // This provider keeps the Node's registered address.
		filepath.Join(root, "pki"), root, filepath.Join(root, "logs"),
		"", "", true, nil, nil, "", false, false, // No image credentials, no mounter, no cgroups; registers its Node.
		metav1.Duration{}, 2, -1, // Keeps the last two runs of each container.
		nil, 0, false)
	if err != nil {
		return err
	}
	k.StartGarbageCollection(ctx)
	go k.Run(ctx, deps.PodConfig.Updates())
	if kubeletConfig.EnableServer {
		go k.ListenAndServe(ctx, kubeletConfig, deps.TLSConfig, nil, deps.TracerProvider)
	}
	return nil
}

// newKubeletConfiguration returns the kubelet's defaults without the parts that require privileges, and with shorter
// intervals.
func newKubeletConfiguration(settings Settings) (*kubeletapi.KubeletConfiguration, error) {
	config, err := options.NewKubeletConfiguration()
	if err != nil {
		return nil, err
	}
	config.EnableServer = settings.Port != 0
	config.Address = loopback
	config.Port = int32(settings.Port)
	config.ReadOnlyPort = 0
	config.MaxPods = maxPods
	config.RegisterNode = true
	config.CgroupsPerQOS = false
	config.EnforceNodeAllocatable = nil
	config.EvictionHard = nil
	config.LocalStorageCapacityIsolation = false
	config.MakeIPTablesUtilChains = false
	config.EnableControllerAttachDetach = false
	config.ResolverConfig = ""
	// Never called. It prevents a warning of the kubelet for every Pod.
	config.ClusterDNS = []string{loopback}
	// There are no images to collect.
	config.ImageGCHighThresholdPercent = 100
	config.RegistryPullQPS = 0
	config.ContainerLogMaxSize = "10Gi"
	// The interval in which volumes are compared with their Secrets and ConfigMaps.
	config.SyncFrequency = metav1.Duration{Duration: time.Second}
	config.CrashLoopBackOff.MaxContainerRestartPeriod = &metav1.Duration{Duration: settings.MaxBackoff}
	return config, utilfeature.DefaultMutableFeatureGate.SetFromMap(map[string]bool{
		// The first restart is after 1 s. The delay doubles up to the maximum.
		string(features.ReduceDefaultCrashLoopBackOffDecay): true,
		string(features.KubeletCrashLoopBackOffMax):         true,
		string(features.EventedPLEG):                        true,
		// These features need cgroups and a socket, and would log errors.
		string(features.InPlacePodLevelResourcesVerticalScaling): false,
		string(features.PodsAPI):                                 false,
	})
}

func newDependencies(ctx context.Context, node string, client kubernetes.Interface, runtime *processRuntime) *kubelet.Dependencies {
	events := record.NewBroadcaster(record.WithContext(ctx))
	events.StartRecordingToSink(&typed.EventSinkImpl{Interface: client.CoreV1().Events("")})
	recorder := events.NewRecorder(scheme.Scheme, v1.EventSource{Component: "pod-runner", Host: node})
	deps := &kubelet.Dependencies{
		KubeClient:                client,
		HeartbeatClient:           client,
		RemoteRuntimeService:      runtime,
		RemoteImageService:        anyImage{},
		ContainerManager:          roomyContainerManager{cm.NewStubContainerManager()},
		OOMAdjuster:               oom.NewFakeOOMAdjuster(),
		Mounter:                   mount.NewFakeMounter(nil),
		Subpather:                 linkedSubpaths{},
		HostUtil:                  host{hostutil.NewHostUtil()},
		OSInterface:               hostOS{},
		VolumePlugins:             volumePlugins(),
		PodStartupLatencyTracker:  kubeletutil.NewPodStartupLatencyTracker(),
		NodeStartupLatencyTracker: kubeletutil.NewNodeStartupLatencyTracker(klog.FromContext(ctx)),
		TracerProvider:            noop.NewTracerProvider(),
		// With another recorder, the kubelet reads /dev/kmsg for out-of-memory events, which requires privileges.
		Recorder: &record.FakeRecorder{},
	}
	// The kubelet reads the recorder before it asks for the machine information, and passes it on afterwards.
	machine := &machine{asked: func() { deps.Recorder = recorder }}
	machine.NodeName = node
	deps.CAdvisorInterface = machine
	return deps
}

func volumePlugins() []volume.VolumePlugin {
	var plugins []volume.VolumePlugin
	for _, probe := range []func() []volume.VolumePlugin{
		emptydir.ProbeVolumePlugins, secret.ProbeVolumePlugins, configmap.ProbeVolumePlugins,
		downwardapi.ProbeVolumePlugins, projected.ProbeVolumePlugins,
		func() []volume.VolumePlugin { return hostpath.ProbeVolumePlugins(volume.VolumeConfig{}) },
	} {
		plugins = append(plugins, probe()...)
	}
	return plugins
}

var errNoClientCA = errors.New("a kubelet port needs the CA of those who may call it")
