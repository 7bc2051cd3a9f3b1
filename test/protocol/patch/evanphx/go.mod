module postern/test/evanphx

go 1.24

require (
	gopkg.in/evanphx/json-patch.v4 v4.13.0
	sigs.k8s.io/json v0.0.0-20250730193827-2d320260d730
)
