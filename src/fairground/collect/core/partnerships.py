"""Forms of partnership (code list A): each code with its names, Chinese and English, as readers see them."""

from collections.abc import Mapping

PARTNERSHIP_NAMES: Mapping[str, tuple[str, str]] = {
    "licence": ("许可", "licence"),
    "assignment": ("转让", "assignment"),
    "equity": ("作价入股", "equity"),
    "joint_development": ("合作开发", "joint development"),
    "commissioned_development": ("委托开发", "commissioned development"),
    "consulting": ("咨询", "consulting"),
    "technical_service": ("技术服务", "technical service"),
    "pilot": ("应用场景", "pilot or scenario"),
    "supply": ("供货与经销", "supply or distribution"),
    "joint_venture": ("合资", "joint venture"),
    "talent_exchange": ("人才交流", "talent exchange"),
}
