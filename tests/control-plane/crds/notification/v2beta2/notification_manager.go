package v2beta2

import (
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// +kubebuilder:object:root=true
// +kubebuilder:resource:scope=Cluster,shortName=nm,categories=notification-manager
// +kubebuilder:subresource:status
// +kubebuilder:storageversion
type NotificationManager struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	Spec   NotificationManagerSpec `json:"spec,omitempty"`
	Status Nothing                 `json:"status,omitempty"`
}

type NotificationManagerSpec struct {
	Affinity *corev1.Affinity `json:"affinity,omitempty"`
	Args     []string         `json:"args,omitempty"`
	// +kubebuilder:default=100
	BatchMaxSize int `json:"batchMaxSize,omitempty"`
	// +kubebuilder:default="1m"
	BatchMaxWait           metav1.Duration             `json:"batchMaxWait,omitempty"`
	DefaultConfigSelector  *metav1.LabelSelector       `json:"defaultConfigSelector,omitempty"`
	DefaultSecretNamespace string                      `json:"defaultSecretNamespace,omitempty"`
	Env                    []corev1.EnvVar             `json:"env,omitempty"`
	GroupLabels            []string                    `json:"groupLabels,omitempty"`
	History                *History                    `json:"history,omitempty"`
	Image                  *string                     `json:"image,omitempty"`
	ImagePullPolicy        *corev1.PullPolicy          `json:"imagePullPolicy,omitempty"`
	NodeSelector           map[string]string           `json:"nodeSelector,omitempty"`
	PortName               string                      `json:"portName,omitempty"`
	Receivers              *Receivers                  `json:"receivers"`
	Replicas               *int32                      `json:"replicas,omitempty"`
	Resources              corev1.ResourceRequirements `json:"resources,omitempty"`
	// +kubebuilder:default="All"
	RoutePolicy        string               `json:"routePolicy,omitempty"`
	ServiceAccountName string               `json:"serviceAccountName,omitempty"`
	Sidecars           map[string]*Sidecar  `json:"sidecars,omitempty"`
	Template           *Template            `json:"template,omitempty"`
	Tolerations        []corev1.Toleration  `json:"tolerations,omitempty"`
	VolumeMounts       []corev1.VolumeMount `json:"volumeMounts,omitempty"`
	Volumes            []corev1.Volume      `json:"volumes,omitempty"`
}

type History struct {
	Webhook *WebhookReceiver `json:"webhook"`
}

// Sidecar is a container beside the notifier.
type Sidecar struct {
	Type             string `json:"type"`
	corev1.Container `json:",inline"`
}

type Template struct {
	Text *ConfigMapKey `json:"text,omitempty"`
	// +kubebuilder:default="English"
	Language     string          `json:"language,omitempty"`
	LanguagePack []*ConfigMapKey `json:"languagePack,omitempty"`
	// +kubebuilder:default="1m"
	ReloadCycle metav1.Duration `json:"reloadCycle,omitempty"`
}

type Receivers struct {
	TenantKey              string                `json:"tenantKey"`
	GlobalReceiverSelector *metav1.LabelSelector `json:"globalReceiverSelector"`
	TenantReceiverSelector *metav1.LabelSelector `json:"tenantReceiverSelector"`
	Options                *Options              `json:"options,omitempty"`
}

type Options struct {
	Global   *GlobalOptions   `json:"global,omitempty"`
	DingTalk *DingTalkOptions `json:"dingtalk,omitempty"`
	Discord  *PlainOptions    `json:"discord,omitempty"`
	Email    *EmailOptions    `json:"email,omitempty"`
	Feishu   *FeishuOptions   `json:"feishu,omitempty"`
	Pushover *PushoverOptions `json:"pushover,omitempty"`
	Slack    *PlainOptions    `json:"slack,omitempty"`
	SMS      *PlainOptions    `json:"sms,omitempty"`
	Webhook  *PlainOptions    `json:"webhook,omitempty"`
	WeChat   *WeChatOptions   `json:"wechat,omitempty"`
}

type GlobalOptions struct {
	Cluster      string   `json:"cluster,omitempty"`
	Template     string   `json:"template,omitempty"`
	TemplateFile []string `json:"templateFile,omitempty"`
}

type PlainOptions struct {
	NotificationTimeout *int32 `json:"notificationTimeout,omitempty"`
	Template            string `json:"template,omitempty"`
}

type Throttle struct {
	Threshold   int   `json:"threshold,omitempty"`
	Unit        int64 `json:"unit,omitempty"`
	MaxWaitTime int64 `json:"maxWaitTime,omitempty"`
}

type DingTalkOptions struct {
	PlainOptions `json:",inline"`

	TmplType                   string    `json:"tmplType,omitempty"`
	TitleTemplate              string    `json:"titleTemplate,omitempty"`
	TokenExpires               int64     `json:"tokenExpires,omitempty"`
	ConversationMessageMaxSize int       `json:"conversationMessageMaxSize,omitempty"`
	ChatbotMessageMaxSize      int       `json:"chatbotMessageMaxSize,omitempty"`
	ChatBotThrottle            *Throttle `json:"chatBotThrottle,omitempty"`
	ConversationThrottle       *Throttle `json:"conversationThrottle,omitempty"`
}

type EmailOptions struct {
	PlainOptions `json:",inline"`

	TmplType          string `json:"tmplType,omitempty"`
	SubjectTemplate   string `json:"subjectTemplate,omitempty"`
	DeliveryType      string `json:"deliveryType,omitempty"`
	MaxEmailReceivers int    `json:"maxEmailReceivers,omitempty"`
}

type FeishuOptions struct {
	PlainOptions `json:",inline"`

	TmplType     string `json:"tmplType,omitempty"`
	TokenExpires int64  `json:"tokenExpires,omitempty"`
}

type PushoverOptions struct {
	PlainOptions `json:",inline"`

	TitleTemplate string `json:"titleTemplate,omitempty"`
}

type WeChatOptions struct {
	PlainOptions `json:",inline"`

	TmplType       string `json:"tmplType,omitempty"`
	MessageMaxSize int    `json:"messageMaxSize,omitempty"`
	TokenExpires   int64  `json:"tokenExpires,omitempty"`
}
