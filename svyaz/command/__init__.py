"""What the command line does, one file per subject; cli.py only parses."""
