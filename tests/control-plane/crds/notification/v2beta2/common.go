package v2beta2

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// Nothing is an empty status.
type Nothing struct{}

// Credential is a value, or the key of a Secret that holds it.
type Credential struct {
	Value     string           `json:"value,omitempty"`
	ValueFrom *CredentialValue `json:"valueFrom,omitempty"`
}

type CredentialValue struct {
	SecretKeyRef *SecretKey `json:"secretKeyRef,omitempty"`
}

type SecretKey struct {
	Namespace string `json:"namespace,omitempty"`
	Name      string `json:"name"`
	Key       string `json:"key"`
}

// ConfigMapKey names a key of a ConfigMap.
type ConfigMapKey struct {
	Namespace string `json:"namespace,omitempty"`
	Name      string `json:"name"`
	Key       string `json:"key,omitempty"`
}

type TLSConfig struct {
	RootCA             *Credential        `json:"rootCA,omitempty"`
	ClientCertificate  *ClientCertificate `json:"clientCertificate,omitempty"`
	ServerName         string             `json:"serverName,omitempty"`
	InsecureSkipVerify bool               `json:"insecureSkipVerify,omitempty"`
}

type ClientCertificate struct {
	Cert *Credential `json:"cert"`
	Key  *Credential `json:"key"`
}

type ServiceReference struct {
	Namespace string  `json:"namespace"`
	Name      string  `json:"name"`
	Path      *string `json:"path,omitempty"`
	Port      *int32  `json:"port,omitempty"`
	Scheme    *string `json:"scheme,omitempty"`
}

type HTTPConfig struct {
	BasicAuth   *BasicAuth  `json:"basicAuth,omitempty"`
	BearerToken *Credential `json:"bearerToken,omitempty"`
	ProxyURL    string      `json:"proxyUrl,omitempty"`
	TLSConfig   *TLSConfig  `json:"tlsConfig,omitempty"`
}

type BasicAuth struct {
	Username string      `json:"username"`
	Password *Credential `json:"password,omitempty"`
}

// Common is what every receiver has.
type Common struct {
	Enabled       *bool                 `json:"enabled,omitempty"`
	AlertSelector *metav1.LabelSelector `json:"alertSelector,omitempty"`
	Template      *string               `json:"template,omitempty"`
	TmplText      *ConfigMapKey         `json:"tmplText,omitempty"`
}
