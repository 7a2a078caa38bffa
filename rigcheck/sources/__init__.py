"""The doors to devices, services and the network: one file a kind, each turning a Request into a Sample."""
