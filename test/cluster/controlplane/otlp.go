package main

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"sync"

	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	"google.golang.org/grpc"
)

// span is what the receiver prints of a span, as one line of JSON.
type span struct {
	TraceID      string `json:"traceId"`
	SpanID       string `json:"spanId"`
	ParentSpanID string `json:"parentSpanId"`
	Name         string `json:"name"`
	Service      string `json:"service"`
}

type traceReceiver struct {
	collector.UnimplementedTraceServiceServer
	mutex sync.Mutex
	lines *json.Encoder
}

// Export prints the spans of a request. It is the only method of the OTLP trace service (opentelemetry-proto, trace_service.proto).
func (receiver *traceReceiver) Export(_ context.Context, request *collector.ExportTraceServiceRequest) (*collector.ExportTraceServiceResponse, error) {
	receiver.mutex.Lock()
	defer receiver.mutex.Unlock()
	for _, resource := range request.ResourceSpans {
		service := ""
		for _, attribute := range resource.GetResource().GetAttributes() {
			if attribute.Key == "service.name" {
				service = attribute.GetValue().GetStringValue()
			}
		}
		for _, scope := range resource.ScopeSpans {
			for _, one := range scope.Spans {
				line := span{hex.EncodeToString(one.TraceId), hex.EncodeToString(one.SpanId), hex.EncodeToString(one.ParentSpanId), one.Name, service}
				if err := receiver.lines.Encode(line); err != nil {
					return nil, err
				}
			}
		}
	}
	return &collector.ExportTraceServiceResponse{}, nil
}

// otlpReceiver receives traces over gRPC, which is the only way in which the API server exports them (TracingConfiguration),
// on a free port of loopback. It prints `{"port":N}`, and then each span.
func otlpReceiver() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err == nil {
		lines := json.NewEncoder(os.Stdout)
		err = lines.Encode(map[string]int{"port": listener.Addr().(*net.TCPAddr).Port})
		if err == nil {
			server := grpc.NewServer()
			collector.RegisterTraceServiceServer(server, &traceReceiver{lines: lines})
			err = server.Serve(listener)
		}
	}
	fmt.Fprintln(os.Stderr, "cluster otlp-receiver:", err)
	os.Exit(1)
}
