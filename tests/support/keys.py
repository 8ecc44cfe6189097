"""The secret key of the installations that tests make."""

SECRET_KEY = "t3-Vq8LwZ4nB7cK1pH6sY2dF0gJ5aUeXiRm"
