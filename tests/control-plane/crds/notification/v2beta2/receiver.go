package v2beta2

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// +kubebuilder:object:root=true
// +kubebuilder:resource:scope=Cluster,shortName=nr,categories=notification-manager
// +kubebuilder:subresource:status
// +kubebuilder:storageversion
type Receiver struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	Spec   ReceiverSpec `json:"spec,omitempty"`
	Status Nothing      `json:"status,omitempty"`
}

type ReceiverSpec struct {
	DingTalk *DingTalkReceiver `json:"dingtalk,omitempty"`
	Discord  *DiscordReceiver  `json:"discord,omitempty"`
	Email    *EmailReceiver    `json:"email,omitempty"`
	Feishu   *FeishuReceiver   `json:"feishu,omitempty"`
	Pushover *PushoverReceiver `json:"pushover,omitempty"`
	Slack    *SlackReceiver    `json:"slack,omitempty"`
	SMS      *SMSReceiver      `json:"sms,omitempty"`
	Webhook  *WebhookReceiver  `json:"webhook,omitempty"`
	WeChat   *WeChatReceiver   `json:"wechat,omitempty"`
}

type DingTalkReceiver struct {
	Common `json:",inline"`

	TmplType               *string               `json:"tmplType,omitempty"`
	TitleTemplate          *string               `json:"titleTemplate,omitempty"`
	DingTalkConfigSelector *metav1.LabelSelector `json:"dingtalkConfigSelector,omitempty"`
	ChatBot                *DingTalkChatBot      `json:"chatbot,omitempty"`
	Conversation           *DingTalkConversation `json:"conversation,omitempty"`
}

type DingTalkChatBot struct {
	Webhook   *Credential `json:"webhook"`
	Keywords  []string    `json:"keywords,omitempty"`
	Secret    *Credential `json:"secret,omitempty"`
	AtMobiles []string    `json:"atMobiles,omitempty"`
	AtUsers   []string    `json:"atUsers,omitempty"`
	AtAll     bool        `json:"atAll,omitempty"`
}

type DingTalkConversation struct {
	ChatIDs []string `json:"chatids"`
}

type DiscordReceiver struct {
	Common `json:",inline"`

	Webhook        *Credential `json:"webhook"`
	Type           *string     `json:"type,omitempty"`
	MentionedUsers []string    `json:"mentionedUsers,omitempty"`
	MentionedRoles []string    `json:"mentionedRoles,omitempty"`
}

type EmailReceiver struct {
	Common `json:",inline"`

	TmplType            *string               `json:"tmplType,omitempty"`
	SubjectTemplate     *string               `json:"subjectTemplate,omitempty"`
	EmailConfigSelector *metav1.LabelSelector `json:"emailConfigSelector,omitempty"`
	To                  []string              `json:"to"`
}

type FeishuReceiver struct {
	Common `json:",inline"`

	TmplType             *string               `json:"tmplType,omitempty"`
	FeishuConfigSelector *metav1.LabelSelector `json:"feishuConfigSelector,omitempty"`
	User                 []string              `json:"user,omitempty"`
	Department           []string              `json:"department,omitempty"`
	ChatBot              *FeishuChatBot        `json:"chatbot,omitempty"`
}

type FeishuChatBot struct {
	Webhook  *Credential `json:"webhook"`
	Keywords []string    `json:"keywords,omitempty"`
	Secret   *Credential `json:"secret,omitempty"`
}

type PushoverReceiver struct {
	Common `json:",inline"`

	TitleTemplate          *string               `json:"titleTemplate,omitempty"`
	PushoverConfigSelector *metav1.LabelSelector `json:"pushoverConfigSelector,omitempty"`
	Profiles               []PushoverProfile     `json:"profiles"`
}

type PushoverProfile struct {
	// +kubebuilder:validation:Pattern=`^[A-Za-z0-9]{30}$`
	UserKey *string  `json:"userKey"`
	Devices []string `json:"devices,omitempty"`
	Title   *string  `json:"title,omitempty"`
	Sound   *string  `json:"sound,omitempty"`
}

type SlackReceiver struct {
	Common `json:",inline"`

	SlackConfigSelector *metav1.LabelSelector `json:"slackConfigSelector,omitempty"`
	Channels            []string              `json:"channels"`
}

type SMSReceiver struct {
	Common `json:",inline"`

	SMSConfigSelector *metav1.LabelSelector `json:"smsConfigSelector,omitempty"`
	PhoneNumbers      []string              `json:"phoneNumbers"`
}

type WebhookReceiver struct {
	Common `json:",inline"`

	WebhookConfigSelector *metav1.LabelSelector `json:"webhookConfigSelector,omitempty"`
	URL                   *string               `json:"url,omitempty"`
	Service               *ServiceReference     `json:"service,omitempty"`
	HTTPConfig            *HTTPConfig           `json:"httpConfig,omitempty"`
}

type WeChatReceiver struct {
	Common `json:",inline"`

	TmplType             *string               `json:"tmplType,omitempty"`
	WeChatConfigSelector *metav1.LabelSelector `json:"wechatConfigSelector,omitempty"`
	ToUser               []string              `json:"toUser,omitempty"`
	ToParty              []string              `json:"toParty,omitempty"`
	ToTag                []string              `json:"toTag,omitempty"`
	ChatBot              *WeChatChatBot        `json:"chatbot,omitempty"`
}

type WeChatChatBot struct {
	Webhook   *Credential `json:"webhook"`
	AtUsers   []string    `json:"atUsers,omitempty"`
	AtMobiles []string    `json:"atMobiles,omitempty"`
}
