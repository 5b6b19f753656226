"""mailagent: complaints (klachten) by mail, from first mail to last smiley. Start reading at flow/process.py."""
