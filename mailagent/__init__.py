"""mailagent: complaints (klachten) by mail, from first mail to last smiley. Start at flow/process.py."""
