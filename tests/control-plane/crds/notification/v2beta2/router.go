package v2beta2

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// +kubebuilder:object:root=true
// +kubebuilder:resource:scope=Cluster,categories=notification-manager
// +kubebuilder:subresource:status
// +kubebuilder:storageversion
type Router struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	Spec   RouterSpec `json:"spec,omitempty"`
	Status Nothing    `json:"status,omitempty"`
}

type RouterSpec struct {
	Enabled       *bool                 `json:"enabled,omitempty"`
	AlertSelector *metav1.LabelSelector `json:"alertSelector"`
	Receivers     RoutedReceivers       `json:"receivers"`
}

type RoutedReceivers struct {
	Name      []string              `json:"name,omitempty"`
	RegexName string                `json:"regexName,omitempty"`
	Selector  *metav1.LabelSelector `json:"selector,omitempty"`
	Type      string                `json:"type,omitempty"`
	Channels  []Channel             `json:"channels,omitempty"`
}

type Channel struct {
	Tenant string   `json:"tenant"`
	Type   []string `json:"type,omitempty"`
}

// +kubebuilder:object:root=true
// +kubebuilder:resource:scope=Cluster,categories=notification-manager
// +kubebuilder:subresource:status
// +kubebuilder:storageversion
type Silence struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	Spec   SilenceSpec `json:"spec,omitempty"`
	Status Nothing     `json:"status,omitempty"`
}

type SilenceSpec struct {
	Enabled  *bool                 `json:"enabled,omitempty"`
	Matcher  *metav1.LabelSelector `json:"matcher"`
	StartsAt *metav1.Time          `json:"startsAt,omitempty"`
	Schedule string                `json:"schedule,omitempty"`
	Duration *metav1.Duration      `json:"duration,omitempty"`
}
