package v2beta2

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// +kubebuilder:object:root=true
// +kubebuilder:resource:scope=Cluster,shortName=nc,categories=notification-manager
// +kubebuilder:subresource:status
// +kubebuilder:storageversion
type Config struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	Spec   ConfigSpec `json:"spec,omitempty"`
	Status Nothing    `json:"status,omitempty"`
}

type ConfigSpec struct {
	DingTalk *DingTalkConfig `json:"dingtalk,omitempty"`
	Email    *EmailConfig    `json:"email,omitempty"`
	Feishu   *FeishuConfig   `json:"feishu,omitempty"`
	Pushover *PushoverConfig `json:"pushover,omitempty"`
	Slack    *SlackConfig    `json:"slack,omitempty"`
	SMS      *SMSConfig      `json:"sms,omitempty"`
	Webhook  *WebhookConfig  `json:"webhook,omitempty"`
	WeChat   *WeChatConfig   `json:"wechat,omitempty"`
}

type DingTalkConfig struct {
	Labels       map[string]string `json:"labels,omitempty"`
	Conversation *DingTalkApp      `json:"conversation,omitempty"`
}

type DingTalkApp struct {
	AppKey    *Credential `json:"appkey"`
	AppSecret *Credential `json:"appsecret"`
}

type EmailConfig struct {
	Labels       map[string]string `json:"labels,omitempty"`
	From         string            `json:"from"`
	SmartHost    HostPort          `json:"smartHost"`
	Hello        *string           `json:"hello,omitempty"`
	AuthUsername *string           `json:"authUsername,omitempty"`
	AuthIdentify *string           `json:"authIdentify,omitempty"`
	AuthPassword *Credential       `json:"authPassword,omitempty"`
	AuthSecret   *Credential       `json:"authSecret,omitempty"`
	RequireTLS   *bool             `json:"requireTLS,omitempty"`
	TLS          *TLSConfig        `json:"tls,omitempty"`
}

type HostPort struct {
	Host string `json:"host"`
	Port int    `json:"port"`
}

type FeishuConfig struct {
	AppID     *Credential `json:"appID"`
	AppSecret *Credential `json:"appSecret"`
}

type PushoverConfig struct {
	Labels              map[string]string `json:"labels,omitempty"`
	PushoverTokenSecret *Credential       `json:"pushoverTokenSecret"`
}

type SlackConfig struct {
	Labels           map[string]string `json:"labels,omitempty"`
	SlackTokenSecret *Credential       `json:"slackTokenSecret"`
}

type SMSConfig struct {
	DefaultProvider string       `json:"defaultProvider,omitempty"`
	Providers       *SMSProvider `json:"providers"`
}

type SMSProvider struct {
	Aliyun  *AliyunSMS  `json:"aliyun,omitempty"`
	AWS     *AWSSMS     `json:"aws,omitempty"`
	Huawei  *HuaweiSMS  `json:"huawei,omitempty"`
	Tencent *TencentSMS `json:"tencent,omitempty"`
}

type AliyunSMS struct {
	SignName        string      `json:"signName"`
	TemplateCode    string      `json:"templateCode,omitempty"`
	AccessKeyID     *Credential `json:"accessKeyId"`
	AccessKeySecret *Credential `json:"accessKeySecret"`
}

type AWSSMS struct {
	Region          string      `json:"region,omitempty"`
	AccessKeyID     *Credential `json:"accessKeyId"`
	SecretAccessKey *Credential `json:"secretAccessKey"`
}

type HuaweiSMS struct {
	URL        string      `json:"url,omitempty"`
	Signature  string      `json:"signature"`
	TemplateID string      `json:"templateId"`
	Sender     string      `json:"sender"`
	AppSecret  *Credential `json:"appSecret"`
	AppKey     *Credential `json:"appKey"`
}

type TencentSMS struct {
	Sign        string      `json:"sign"`
	TemplateID  string      `json:"templateID"`
	SmsSdkAppid string      `json:"smsSdkAppid"`
	SecretID    *Credential `json:"secretId"`
	SecretKey   *Credential `json:"secretKey"`
}

type WebhookConfig struct {
	Labels map[string]string `json:"labels,omitempty"`
}

type WeChatConfig struct {
	Labels           map[string]string `json:"labels,omitempty"`
	WechatAPIURL     string            `json:"wechatApiUrl,omitempty"`
	WechatAPICorpID  string            `json:"wechatApiCorpId"`
	WechatAPIAgentID string            `json:"wechatApiAgentId"`
	WechatAPISecret  *Credential       `json:"wechatApiSecret"`
}
