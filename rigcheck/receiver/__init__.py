"""Our own far end: a small server that counts what arrives and tells the client. It knows nothing of checks."""
