from flask import Blueprint

pages = Blueprint("coordination", __name__)
