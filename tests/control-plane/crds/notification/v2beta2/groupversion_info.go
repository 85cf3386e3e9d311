// Package v2beta2 describes the version of notification.kubesphere.io that is stored, for its definitions alone: nothing
// runs on it.
// +groupName=notification.kubesphere.io
package v2beta2
