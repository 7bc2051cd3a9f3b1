// Command cluster is a Kubernetes control plane in one binary, for tests: `cluster etcd`, `cluster kube-apiserver`,
// `cluster kube-controller-manager`, `cluster kube-scheduler` and `cluster kubectl`, each with its own flags. Nodes of
// `cluster pod-runner` run Pods as processes. Nodes of `cluster kwok` only report Pods as running.
// `cluster otlp-receiver` prints the traces that it receives. `cluster pod-security` answers what the API server's own
// admission says of Pods, and `cluster pod-security-webhook` is the same admission as a webhook.
package main

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"go.etcd.io/etcd/server/v3/etcdmain"
	"k8s.io/component-base/cli"
	_ "k8s.io/component-base/metrics/prometheus/clientgo"
	_ "k8s.io/component-base/metrics/prometheus/version"
	kubectl "k8s.io/kubectl/pkg/cmd"
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
	controllermanager "k8s.io/kubernetes/cmd/kube-controller-manager/app"
	scheduler "k8s.io/kubernetes/cmd/kube-scheduler/app"
	podsecurity "k8s.io/pod-security-admission/cmd/webhook/server"
	"postern.dev/test/cluster/podrunner"
)

func component(command func() *cobra.Command) func() {
	return func() { os.Exit(cli.Run(command())) }
}

var components = map[string]func(){
	"etcd":                    func() { etcdmain.Main(os.Args) },
	"kube-apiserver":          component(apiserver.NewAPIServerCommand),
	"kube-controller-manager": component(controllermanager.NewControllerManagerCommand),
	"kube-scheduler":          component(func() *cobra.Command { return scheduler.NewSchedulerCommand() }),
	"kwok":                    kwok,
	"otlp-receiver":           otlpReceiver,
	"pod-runner":              component(podrunner.NewCommand),
	"pod-security":            podSecurity,
	"pod-security-webhook":    component(podsecurity.NewServerCommand),
	"kubectl": func() {
		if err := cli.RunNoErrOutput(kubectl.NewDefaultKubectlCommand()); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	},
}

func main() {
	var names []string
	for name := range components {
		names = append(names, name)
	}
	slices.Sort(names)
	if len(os.Args) < 2 || components[os.Args[1]] == nil {
		fmt.Fprintf(os.Stderr, "usage: cluster COMPONENT [FLAGS], where COMPONENT is one of %s\n", strings.Join(names, ", "))
		os.Exit(2)
	}
	if err := endWithParent(); err != nil {
		fmt.Fprintln(os.Stderr, "cluster: cannot watch the process that started this one:", err)
	}
	run := components[os.Args[1]]
	// Each component reads os.Args as a separate program would.
	os.Args = os.Args[1:]
	run()
}
