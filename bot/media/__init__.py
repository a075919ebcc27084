"""From a clip on Discord's CDN to the bytes a model receives."""
