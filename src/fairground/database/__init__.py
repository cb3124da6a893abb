"""What every table of the house shares: keys, structured columns and the order of transactions."""
