"""The security headers of the client's pages, sent by the relay and, on hosts that send none,
put on by the service worker.

A frame with the `sandbox` directive in its own header is opaque although the service worker
serves it; one with the `sandbox` attribute bypasses the service worker and is dead offline.
"""

APP_CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob: https:; connect-src 'self' https: data: blob:; frame-src 'self'; "
    "worker-src 'self'; manifest-src 'self'; font-src 'self' data:; media-src 'self' data: blob:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)

FRAME_CONTENT_SECURITY_POLICY = (
    "sandbox allow-scripts; default-src 'none'; "
    "script-src 'unsafe-inline' 'unsafe-eval' 'wasm-unsafe-eval' blob:; "
    "style-src 'unsafe-inline' blob: data:; img-src data: blob:; font-src data: blob:; "
    "media-src data: blob:; worker-src blob:; connect-src 'none'; base-uri 'none'; "
    "form-action 'none'; frame-src 'none'"
)

CROSS_ORIGIN_OPENER_POLICY = "same-origin"
# `credentialless` rather than `require-corp`: third-party images in Markdown still load.
CROSS_ORIGIN_EMBEDDER_POLICY = "credentialless"
