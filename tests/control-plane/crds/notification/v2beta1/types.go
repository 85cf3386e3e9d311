package v2beta1

import (
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// SecretKey names a key of a Secret.
type SecretKey struct {
	Namespace string `json:"namespace,omitempty"`
	Name      string `json:"name,omitempty"`
	Key       string `json:"key"`
}

// Nothing is an empty status.
type Nothing struct{}

// +kubebuilder:object:root=true
// +kubebuilder:resource:scope=Cluster,shortName=nc,categories=notification-manager
// +kubebuilder:subresource:status
type Config struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	Spec   ConfigSpec `json:"spec,omitempty"`
	Status Nothing    `json:"status,omitempty"`
}

type ConfigSpec struct {
	DingTalk *DingTalkConfig `json:"dingtalk,omitempty"`
	Email    *EmailConfig    `json:"email,omitempty"`
	Slack    *SlackConfig    `json:"slack,omitempty"`
	Webhook  *WebhookConfig  `json:"webhook,omitempty"`
	WeChat   *WeChatConfig   `json:"wechat,omitempty"`
}

type DingTalkConfig struct {
	Labels       map[string]string `json:"labels,omitempty"`
	Conversation *DingTalkApp      `json:"conversation,omitempty"`
}

type DingTalkApp struct {
	AppKey    *SecretKey `json:"appkey,omitempty"`
	AppSecret *SecretKey `json:"appsecret,omitempty"`
}

type EmailConfig struct {
	Labels       map[string]string `json:"labels,omitempty"`
	From         string            `json:"from"`
	SmartHost    HostPort          `json:"smartHost"`
	Hello        *string           `json:"hello,omitempty"`
	AuthUsername *string           `json:"authUsername,omitempty"`
	AuthIdentify *string           `json:"authIdentify,omitempty"`
	AuthPassword *SecretKey        `json:"authPassword,omitempty"`
	AuthSecret   *SecretKey        `json:"authSecret,omitempty"`
	RequireTLS   *bool             `json:"requireTLS,omitempty"`
	TLS          *TLSConfig        `json:"tls,omitempty"`
}

type HostPort struct {
	Host string `json:"host"`
	Port int    `json:"port"`
}

type TLSConfig struct {
	RootCA             *SecretKey         `json:"rootCA,omitempty"`
	ClientCertificate  *ClientCertificate `json:"clientCertificate,omitempty"`
	ServerName         string             `json:"serverName,omitempty"`
	InsecureSkipVerify bool               `json:"insecureSkipVerify,omitempty"`
}

type ClientCertificate struct {
	Cert *SecretKey `json:"cert,omitempty"`
	Key  *SecretKey `json:"key,omitempty"`
}

type SlackConfig struct {
	Labels           map[string]string `json:"labels,omitempty"`
	SlackTokenSecret *SecretKey        `json:"slackTokenSecret,omitempty"`
}

type WebhookConfig struct {
	Labels map[string]string `json:"labels,omitempty"`
}

type WeChatConfig struct {
	Labels           map[string]string `json:"labels,omitempty"`
	WechatAPIURL     string            `json:"wechatApiUrl,omitempty"`
	WechatAPICorpID  string            `json:"wechatApiCorpId"`
	WechatAPIAgentID string            `json:"wechatApiAgentId"`
	WechatAPISecret  *SecretKey        `json:"wechatApiSecret"`
}

// +kubebuilder:object:root=true
// +kubebuilder:resource:scope=Cluster,shortName=nr,categories=notification-manager
// +kubebuilder:subresource:status
type Receiver struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	Spec   ReceiverSpec `json:"spec,omitempty"`
	Status Nothing      `json:"status,omitempty"`
}

type ReceiverSpec struct {
	DingTalk *DingTalkReceiver `json:"dingtalk,omitempty"`
	Email    *EmailReceiver    `json:"email,omitempty"`
	Slack    *SlackReceiver    `json:"slack,omitempty"`
	Webhook  *WebhookReceiver  `json:"webhook,omitempty"`
	WeChat   *WeChatReceiver   `json:"wechat,omitempty"`
}

type DingTalkReceiver struct {
	Enabled                *bool                 `json:"enabled,omitempty"`
	AlertSelector          *metav1.LabelSelector `json:"alertSelector,omitempty"`
	DingTalkConfigSelector *metav1.LabelSelector `json:"dingtalkConfigSelector,omitempty"`
	ChatBot                *DingTalkChatBot      `json:"chatbot,omitempty"`
	Conversation           *DingTalkConversation `json:"conversation,omitempty"`
}

type DingTalkChatBot struct {
	Webhook  *SecretKey `json:"webhook"`
	Keywords []string   `json:"keywords,omitempty"`
	Secret   *SecretKey `json:"secret,omitempty"`
}

type DingTalkConversation struct {
	ChatIDs []string `json:"chatids"`
}

type EmailReceiver struct {
	Enabled             *bool                 `json:"enabled,omitempty"`
	AlertSelector       *metav1.LabelSelector `json:"alertSelector,omitempty"`
	EmailConfigSelector *metav1.LabelSelector `json:"emailConfigSelector,omitempty"`
	To                  []string              `json:"to"`
}

type SlackReceiver struct {
	Enabled             *bool                 `json:"enabled,omitempty"`
	AlertSelector       *metav1.LabelSelector `json:"alertSelector,omitempty"`
	SlackConfigSelector *metav1.LabelSelector `json:"slackConfigSelector,omitempty"`
	Channels            []string              `json:"channels"`
}

type WebhookReceiver struct {
	Enabled               *bool                 `json:"enabled,omitempty"`
	AlertSelector         *metav1.LabelSelector `json:"alertSelector,omitempty"`
	WebhookConfigSelector *metav1.LabelSelector `json:"webhookConfigSelector,omitempty"`
	URL                   *string               `json:"url,omitempty"`
	Service               *ServiceReference     `json:"service,omitempty"`
	HTTPConfig            *HTTPConfig           `json:"httpConfig,omitempty"`
}

type ServiceReference struct {
	Namespace string  `json:"namespace"`
	Name      string  `json:"name"`
	Path      *string `json:"path,omitempty"`
	Port      *int32  `json:"port,omitempty"`
	Scheme    *string `json:"scheme,omitempty"`
}

type HTTPConfig struct {
	BasicAuth   *BasicAuth `json:"basicAuth,omitempty"`
	BearerToken *SecretKey `json:"bearerToken,omitempty"`
	ProxyURL    string     `json:"proxyUrl,omitempty"`
	TLSConfig   *TLSConfig `json:"tlsConfig,omitempty"`
}

type BasicAuth struct {
	Username string     `json:"username"`
	Password *SecretKey `json:"password,omitempty"`
}

type WeChatReceiver struct {
	Enabled              *bool                 `json:"enabled,omitempty"`
	AlertSelector        *metav1.LabelSelector `json:"alertSelector,omitempty"`
	WeChatConfigSelector *metav1.LabelSelector `json:"wechatConfigSelector,omitempty"`
	ToUser               []string              `json:"toUser,omitempty"`
	ToParty              []string              `json:"toParty,omitempty"`
	ToTag                []string              `json:"toTag,omitempty"`
}

// +kubebuilder:object:root=true
// +kubebuilder:resource:scope=Cluster,shortName=nm,categories=notification-manager
// +kubebuilder:subresource:status
type NotificationManager struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	Spec   NotificationManagerSpec `json:"spec,omitempty"`
	Status Nothing                 `json:"status,omitempty"`
}

type NotificationManagerSpec struct {
	Affinity               *corev1.Affinity            `json:"affinity,omitempty"`
	Args                   []string                    `json:"args,omitempty"`
	DefaultConfigSelector  *metav1.LabelSelector       `json:"defaultConfigSelector,omitempty"`
	DefaultSecretNamespace string                      `json:"defaultSecretNamespace,omitempty"`
	Image                  *string                     `json:"image,omitempty"`
	ImagePullPolicy        *corev1.PullPolicy          `json:"imagePullPolicy,omitempty"`
	NodeSelector           map[string]string           `json:"nodeSelector,omitempty"`
	PortName               string                      `json:"portName,omitempty"`
	Receivers              *Receivers                  `json:"receivers"`
	Replicas               *int32                      `json:"replicas,omitempty"`
	Resources              corev1.ResourceRequirements `json:"resources,omitempty"`
	ServiceAccountName     string                      `json:"serviceAccountName,omitempty"`
	Tolerations            []corev1.Toleration         `json:"tolerations,omitempty"`
	VolumeMounts           []corev1.VolumeMount        `json:"volumeMounts,omitempty"`
	Volumes                []corev1.Volume             `json:"volumes,omitempty"`
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
	Email    *EmailOptions    `json:"email,omitempty"`
	Slack    *PlainOptions    `json:"slack,omitempty"`
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

	TokenExpires               int64     `json:"tokenExpires,omitempty"`
	ConversationMessageMaxSize int       `json:"conversationMessageMaxSize,omitempty"`
	ChatbotMessageMaxSize      int       `json:"chatbotMessageMaxSize,omitempty"`
	ChatBotThrottle            *Throttle `json:"chatBotThrottle,omitempty"`
	ConversationThrottle       *Throttle `json:"conversationThrottle,omitempty"`
}

type EmailOptions struct {
	PlainOptions `json:",inline"`

	SubjectTemplate   string `json:"subjectTemplate,omitempty"`
	DeliveryType      string `json:"deliveryType,omitempty"`
	MaxEmailReceivers int    `json:"maxEmailReceivers,omitempty"`
}

type WeChatOptions struct {
	PlainOptions `json:",inline"`

	MessageMaxSize int   `json:"messageMaxSize,omitempty"`
	TokenExpires   int64 `json:"tokenExpires,omitempty"`
}
