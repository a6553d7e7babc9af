from flask import Blueprint

pages = Blueprint("ideas", __name__)
