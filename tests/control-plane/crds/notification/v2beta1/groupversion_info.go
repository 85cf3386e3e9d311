// Package v2beta1 describes the old version of notification.kubesphere.io, for its definitions alone: nothing runs on it.
// +groupName=notification.kubesphere.io
package v2beta1
