package podrunner

import (
	"context"
	"crypto/tls"
	"net"
	"time"

	certutil "k8s.io/client-go/util/cert"
	"k8s.io/cri-streaming/pkg/streaming"
	"k8s.io/klog/v2"
)

// endpointTLS returns the TLS configuration of the kubelet's endpoint. The endpoint runs any command, so it accepts
// only clients with a certificate of the CA in a file. Its own certificate is created for this run. API servers do not
// verify it by default.
func endpointTLS(clientCA string) (*tls.Config, error) {
	pool, err := certutil.NewPool(clientCA)
	if err != nil {
		return nil, err
	}
	certificate, key, err := certutil.GenerateSelfSignedCertKey(loopback, nil, nil)
	if err != nil {
		return nil, err
	}
	pair, err := tls.X509KeyPair(certificate, key)
	if err != nil {
		return nil, err
	}
	return &tls.Config{
		MinVersion:   tls.VersionTLS12,
		Certificates: []tls.Certificate{pair},
		ClientCAs:    pool,
		ClientAuth:   tls.RequireAndVerifyClientCert,
	}, nil
}

// startStreams serves `kubectl exec` for the kubelet's endpoint, which forwards its client to a single-use URL.
func (r *processRuntime) startStreams() error {
	port, err := freePort()
	if err != nil {
		return err
	}
	config := streaming.DefaultConfig
	config.Addr = net.JoinHostPort(loopback, port)
	config.StreamIdleTimeout = time.Hour
	if r.streams, err = streaming.NewServer(config, execStreams{r}); err != nil {
		return err
	}
	go func() {
		klog.FromContext(context.Background()).Error(r.streams.Start(true), "Exec is not served any more")
	}()
	return nil
}

// freePort returns a free port. The streaming server must know its port before it listens.
func freePort() (string, error) {
	listener, err := net.Listen("tcp", net.JoinHostPort(loopback, "0"))
	if err != nil {
		return "", err
	}
	_, port, err := net.SplitHostPort(listener.Addr().String())
	if err != nil {
		return "", err
	}
	return port, listener.Close()
}
