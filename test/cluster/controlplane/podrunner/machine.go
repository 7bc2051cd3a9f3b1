package podrunner

import (
	cadvisor "github.com/google/cadvisor/lib/model"
	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/klog/v2"
	cadvisortest "k8s.io/kubernetes/pkg/kubelet/cadvisor/testing"
	"k8s.io/kubernetes/pkg/kubelet/cm"
)

// machine is the machine information for the kubelet, with capacity for every Pod of a test.
type machine struct {
	cadvisortest.Fake
	// asked is called when the kubelet reads the information.
	asked func()
}

// MachineInfo implements cadvisor.Interface.
func (m *machine) MachineInfo(logger klog.Logger) (*cadvisor.MachineInfo, error) {
	m.asked()
	info, err := m.Fake.MachineInfo(logger)
	if err == nil {
		info.NumCores = 1000
		info.MemoryCapacity = 1 << 40
	}
	return info, err
}

// VersionInfo implements cadvisor.Interface.
func (m *machine) VersionInfo() (*cadvisor.VersionInfo, error) {
	return &cadvisor.VersionInfo{ContainerOsVersion: "local processes"}, nil
}

// roomyContainerManager manages no cgroups and reports capacity for ephemeral storage.
type roomyContainerManager struct{ cm.ContainerManager }

// GetCapacity implements cm.ContainerManager.
func (roomyContainerManager) GetCapacity(klog.Logger, bool) v1.ResourceList {
	return v1.ResourceList{v1.ResourceEphemeralStorage: resource.MustParse("1Ti")}
}
