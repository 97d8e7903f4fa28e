"""Speed beside other engines, measured in one run: what the targets of this project are held against."""
