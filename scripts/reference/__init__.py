"""Reference pages made from the code: settings, HTTP API, command line."""
