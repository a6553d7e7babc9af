from flask import Blueprint

pages = Blueprint("push", __name__)
