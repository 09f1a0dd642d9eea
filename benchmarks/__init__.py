"""Speed, memory and accuracy, each by one command. Never imported by the job."""
