"""Training beside a session: runs in processes of their own, which outlive the front end that began them."""
