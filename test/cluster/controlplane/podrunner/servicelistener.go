package podrunner

import (
	"errors"
	"io"
	"net"
	"sync"
	"time"

	"k8s.io/klog/v2"
)

// dialPatience is the time limit for a connection to a Pod, which is on this machine.
const dialPatience = time.Second

// serviceListener forwards the connections to one port of a Service to its Pods, in turn. Established connections
// outlive it.
type serviceListener struct {
	listener net.Listener
	mutex    sync.Mutex
	backends []string
	next     int
}

// listenFor listens at an address. Backends are addresses with ports, at least one.
func listenFor(address string, backends []string) (*serviceListener, error) {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return nil, err
	}
	l := &serviceListener{listener: listener, backends: backends}
	go l.serve()
	return l, nil
}

func (l *serviceListener) address() string { return l.listener.Addr().String() }

func (l *serviceListener) setBackends(backends []string) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	l.backends = backends
}

func (l *serviceListener) close() {
	if err := l.listener.Close(); err != nil {
		klog.ErrorS(err, "A Service's address stays taken", "address", l.address())
	}
}

func (l *serviceListener) serve() {
	for {
		connection, err := l.listener.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			klog.ErrorS(err, "A connection was not accepted", "address", l.address())
			time.Sleep(100 * time.Millisecond)
			continue
		}
		go l.pass(connection)
	}
}

// pass connects a client to the next Pod that accepts a connection. It resets the client's connection when no Pod does.
func (l *serviceListener) pass(client net.Conn) {
	defer client.Close()
	for _, backend := range l.inTurn() {
		server, err := net.DialTimeout("tcp", backend, dialPatience)
		if err != nil {
			klog.InfoS("A Pod does not accept", "address", backend, "err", err)
			continue
		}
		defer server.Close()
		var directions sync.WaitGroup
		directions.Go(func() { copyOneWay(server, client) })
		directions.Go(func() { copyOneWay(client, server) })
		directions.Wait()
		return
	}
	if tcp, ok := client.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
}

// inTurn returns the backends, starting with the next one.
func (l *serviceListener) inTurn() []string {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	first := l.next % len(l.backends)
	l.next++
	return append(append([]string{}, l.backends[first:]...), l.backends[:first]...)
}

// copyOneWay also forwards the end of the stream. An error closes both directions.
func copyOneWay(to, from net.Conn) {
	_, err := io.Copy(to, from)
	if writer, ok := to.(*net.TCPConn); ok && err == nil {
		_ = writer.CloseWrite()
		return
	}
	_ = to.Close()
	_ = from.Close()
}
