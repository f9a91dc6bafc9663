// tells
