// Command certmanager runs cert-manager's controller with its own flags, for tests.
package main

import (
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/cert-manager/cert-manager/cmd/controller/app"
	logf "github.com/cert-manager/cert-manager/pkg/logs"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	if err := endWithParent(); err != nil {
		return err
	}
	stop := make(chan struct{})
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		<-signals
		close(stop)
	}()
	logf.InitLogs(flag.CommandLine)
	defer logf.FlushLogs()
	command := app.NewCommandStartCertManagerController(stop)
	command.Flags().AddGoFlagSet(flag.CommandLine)
	return command.Execute()
}
