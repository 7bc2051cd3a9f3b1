package podrunner

import (
	"context"
	"fmt"
	"os/signal"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	v1 "k8s.io/api/core/v1"
	"k8s.io/kubernetes/pkg/util/taints"
)

// Settings are the settings of a Pod runner.
type Settings struct {
	// Kubeconfig is the path of a file. Its user needs the permissions of a kubelet and read access to all Services.
	Kubeconfig string
	// Node is the name of the Node. It is registered with the labels and taints below.
	Node   string
	Labels map[string]string
	Taints []v1.Taint
	// Root is the folder of the Pod runner: ROOT/logs for the output of containers, ROOT/POD-UID for their files.
	Root string
	// PodCIDR is the prefix of Pod addresses.
	PodCIDR string
	// ServiceProxy tells whether to listen at the addresses of Services.
	ServiceProxy bool
	// Port is the port of the endpoint for `kubectl logs` and `kubectl exec`; 0 means none. ClientCA is the path of the CA
	// of its clients.
	Port     int
	ClientCA string
	// MaxBackoff is the maximum delay before a container restarts. The first delay is 1 s.
	MaxBackoff time.Duration
	// Grace is the time that containers have to stop when the Pod runner stops.
	Grace time.Duration
}

// NewCommand returns the command `pod-runner`, which runs until SIGINT or SIGTERM.
func NewCommand() *cobra.Command {
	settings := Settings{}
	var taintSpecs []string
	command := &cobra.Command{
		Use:          "pod-runner",
		Short:        "A node that runs Pods as local processes",
		Args:         cobra.NoArgs,
		SilenceUsage: true,
		RunE: func(command *cobra.Command, _ []string) error {
			parsed, _, err := taints.ParseTaints(taintSpecs)
			if err != nil {
				return fmt.Errorf("node taint: %w", err)
			}
			settings.Taints = parsed
			ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
			defer stop()
			return Run(ctx, settings)
		},
	}
	flags := command.Flags()
	flags.StringVar(&settings.Kubeconfig, "kubeconfig", "", "file that says where the API server is")
	flags.StringVar(&settings.Node, "node", "", "name of the Node")
	flags.StringVar(&settings.Root, "root", "", "folder for logs, volumes and working folders")
	flags.StringVar(&settings.PodCIDR, "pod-cidr", "127.1.0.0/16", "addresses of Pods, within 127.0.0.0/8")
	flags.StringToStringVar(&settings.Labels, "node-label", map[string]string{"postern.dev/runner": "process"}, "labels of the Node")
	flags.StringSliceVar(&taintSpecs, "node-taint", []string{"postern.dev/runner=process:NoSchedule"}, "taints of the Node")
	flags.BoolVar(&settings.ServiceProxy, "service-proxy", false, "listen at the addresses of Services, and pass connections on to their Pods")
	flags.IntVar(&settings.Port, "port", 0, "port for the API server's calls, which kubectl logs and exec need; 0 for none")
	flags.StringVar(&settings.ClientCA, "client-ca", "", "file with the CA of the API server's client certificate, with --port")
	flags.DurationVar(&settings.MaxBackoff, "max-backoff", 10*time.Second, "longest wait before a container is restarted, from 1s")
	flags.DurationVar(&settings.Grace, "grace", 5*time.Second, "how long containers may take to stop when the pod runner is stopped")
	for _, name := range []string{"kubeconfig", "node", "root"} {
		if err := command.MarkFlagRequired(name); err != nil {
			panic(err) // A flag that is not defined above.
		}
	}
	return command
}
