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

// endpointTLS is for the kubelet's endpoint, which runs any command that it is sent: only clients with a certificate of
// a CA, given as a file, may call it. Its own certificate is made for this run; API servers do not verify it by default.
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

// startStreams serves `kubectl exec` to the kubelet's endpoint, which passes its caller on to a single-use address.
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

// freePort is a port that was free a moment ago. The streaming server must know its own before it listens.
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
