"""What people call the columns of a list of needs or offers, in Chinese and English.

The first name of each field is the one this project prints. Names are compared without case, spacing, marks
and language suffix ('标题(英文)', 'title_en'), so that only different words stand here.
"""

SHARED = {
    "id": """
        id identifier 编号 序号 号 no number 需求编号 成果编号 项目编号 项目号 编码 代码 record_id 需求id
        成果id code ref reference need_id offer_id result_id number_of_need
    """,
    "title": """
        title name 标题 题目 名称 题名 需求名称 需求标题 需求题目 技术需求名称 难题名称 项目名称 技术名称
        成果名称 成果标题 课题名称 topic topic_title project_title technology_title need_title offer_title
        headline subject 专利名称 产品名称 项目标题 榜单名称 技术难题名称 technology_name result_name
    """,
    "material": """
        material materials 材料 原料 原材料 对象材料
    """,
    "method": """
        method methods 方法 技术路线 工艺 技术手段 技术方法 approach technique process 原理 技术原理
    """,
    "efficacy": """
        efficacy effect 功效 效果 性能 作用 performance function 功能
    """,
    "product": """
        product products 产品 产品形态 成果形式 载体 product_form deliverable deliverables
    """,
    "application": """
        application applications 应用 应用领域 应用场景 用途 应用范围 适用范围 使用场景 use use_case
        scenario application_scenario application_field
    """,
    "keywords": """
        keywords keyword 关键词 关键字 主题词 标签 tags key_words
    """,
    "field": """
        field fields 领域 技术领域 所属领域 行业 行业领域 所属行业 产业领域 技术分类 分类 学科 sector
        industry domain category technology_field technical_field technology_area 产业 学科领域 theme
    """,
    "regions": """
        region regions 地区 区域 所在地 所在地区 地点 省市 省份 城市 所属地区 实施地点 落地地区 工作地点
        地域 location place city province place_of_work country county 市 省 区县
    """,
    "partnership": """
        partnership 合作方式 合作模式 合作类型 拟合作方式 转化方式 转让方式 交易方式 合作意向
        partnership_wanted cooperation mode_of_cooperation cooperation_mode 拟转化方式 type_of_partnership
        collaboration 成果转化方式 期望合作方式
    """,
    "ipr": """
        ipr 知识产权 知识产权要求 知识产权归属 专利 专利情况 知识产权情况 知识产权状况 知识产权类型 ip
        intellectual_property ipr_expectation patent patents ip_status patent_number 专利号 权属 rights
    """,
    "organisation": """
        organisation organization 单位 单位名称 企业 企业名称 机构 机构名称 公司 公司名称 完成单位
        持有单位 需求单位 发布单位 所属单位 依托单位 技术持有方 权利人 company institution institute owner
        firm university affiliation applicant holder provider 成果单位 提供单位 供给方 需求方 高校 院校
        院所 发榜单位
    """,
    "demonstration": """
        demonstration demo 演示 演示数据 示例 是否示例 虚构 is_demo demonstration_data 示范数据
    """,
}

NEED = {
    "abstract": """
        abstract public_abstract summary 摘要 公开摘要 需求摘要 需求概述 简介 概述 需求简介 overview brief
        short_description 非保密摘要
    """,
    "problem": """
        problem text 问题 技术难题 需求描述 需求内容 技术需求 需求 问题描述 难题描述 需求说明 拟解决的问题
        拟解决问题 技术问题 需解决的技术问题 need description challenge problem_statement need_description
        难题 描述 详细描述 内容 背景 需求背景 技术需求描述 主要技术难题 技术瓶颈 痛点 body content
        技术需求内容 主要内容 研究内容
    """,
    "current_method": """
        current_method 现有方法 现有技术 现状 目前做法 现有方案 当前方法 现有方法及不足 国内外现状
        现有基础 技术现状 current_method_and_limit today's_method todays_method current_limit limit
        state_of_the_art baseline current_solution 现行方法 不足 局限 已有工作基础 现有技术及不足
        current_practice existing_solution
    """,
    "wanted_outcome": """
        wanted_outcome 预期目标 期望结果 目标 预期成果 期望目标 预期效果 期望效果 技术目标 想达到的目标
        解决目标 outcome goal objective objectives expected_result expected_outcome target_outcome wanted
        expected_results 期望达到的目标 需求目标 拟达到的目标 desired_outcome
    """,
    "requirements": """
        requirements requirement 要求 技术要求 具体要求 技术指标 指标 主要技术指标 指标要求 考核指标
        性能指标 必须满足 must targets measurable_targets measurable_target specification specifications
        criteria kpi technical_requirements 主要指标 技术参数 主要技术参数 参数要求 必须满足的要求
        关键指标
    """,
    "wishes": """
        should nice_to_have 加分项 优先条件 期望 可选要求 preferences should_requirements
        optional_requirements 宜满足 优先要求
    """,
    "excluded": """
        excluded excluded_approaches 排除 排除方案 不接受 不采用 排除的方法 不接受的方案 不接受的技术路线
        禁用方法 not_wanted exclusions 不考虑 已排除方案
    """,
    "trl_min": """
        trl_min trl 成熟度 成熟度要求 技术成熟度 技术就绪度 最低成熟度 min_trl minimum_trl maturity
        maturity_wanted readiness readiness_level technology_readiness_level 要求成熟度 trl要求 就绪度
        技术成熟度要求
    """,
    "budget": """
        budget 预算 经费 投入预算 拟投入 拟投入经费 资金预算 投资额 拟投资金额 预计投入 经费预算 出资意愿
        悬赏金额 榜单金额 budget_range funding amount price 金额 投入金额 意向价格 拟投入资金 预算金额
        计划投资 投入资金 合同预算 榜额
    """,
    "deadline": """
        deadline 截止日期 截止时间 期限 完成时间 完成期限 时限 需求期限 有效期 有效期至 要求完成时间 due
        due_date end_date valid_until expiry closing_date 揭榜截止时间 解决期限 需求截止日期 到期日
        时间要求
    """,
}

OFFER = {
    "summary": """
        summary abstract 摘要 简介 成果简介 概述 公开摘要 成果概述 成果摘要 项目简介 overview
        non_confidential_summary short_description brief 非保密摘要 技术简介 技术概述
    """,
    "description": """
        description text 描述 说明 成果描述 成果介绍 技术描述 技术内容 主要内容 详细介绍 详细描述 内容
        介绍 技术介绍 项目介绍 details body content technology_description offer_description 成果内容
        技术说明 技术供给 成果 offer result 项目内容
    """,
    "problem_solved": """
        problem_solved 解决的问题 解决问题 所解决的问题 解决的技术问题 拟解决问题 痛点 problem
        need_addressed problem_addressed 解决痛点
    """,
    "advantage": """
        advantage advantages 优势 技术优势 先进性 创新点 技术创新点 主要优势 特点 技术特点 核心优势
        竞争优势 成果优势 advantage_over_the_best_alternative innovation benefit benefits novelty
        strengths 技术指标 主要技术指标 性能指标 先进性说明 技术先进性 优势与特点 创新性 关键指标 主要指标
        技术参数
    """,
    "economics": """
        economics 经济性 经济效益 成本 经济比较 效益 成本对比 经济效益分析 economic_comparison cost
        cost_comparison economic_benefit 市场前景 社会经济效益 market 经济指标 效益分析
    """,
    "trl": """
        trl 成熟度 技术成熟度 技术就绪度 成果阶段 所处阶段 研发阶段 成果成熟度 maturity readiness
        readiness_level stage technology_readiness_level development_stage 就绪度 阶段 项目阶段 成熟程度
    """,
    "trl_note": """
        trl_note 成熟度说明 成熟度依据 阶段说明 maturity_note trl_evidence readiness_note 成熟度证明
        trl说明 maturity_list
    """,
    "price": """
        price 价格 报价 转让价格 许可费 价格意向 意向价格 转让费 拟转让价格 挂牌价 金额 price_idea
        asking_price amount fee 交易价格 转化金额 参考价格 预期价格 合作金额 拟交易价格
    """,
    "valid_until": """
        valid_until 有效期 有效期至 截止日期 有效日期 到期日 expiry expiry_date deadline expires end_date
        有效期限
    """,
    "evidence": """
        evidence 证据 证明材料 检测报告 测试报告 依据 验证情况 佐证材料 获奖情况 鉴定情况 reports tests
        proof test_report validation 成果评价 评价情况 检测情况 鉴定结论 支撑材料
    """,
    "deployed": """
        deployed 应用情况 已应用单位 应用案例 案例 推广情况 落地情况 deployed_where references case cases
        deployment 已有应用 应用实例 转化情况 使用单位 典型案例 推广应用情况
    """,
    "export_restriction": """
        export_restriction 出口限制 出口管制 限制出口 出口管制情况 export_control export restriction
        export_restrictions 技术出口限制 地域限制
    """,
}

# Never carried into any output: they open only after both sides said yes (design rule 3).
CONTACT = """
    联系人 联系电话 联系方式 电话 手机 手机号 手机号码 座机 传真 邮箱 电子邮箱 电子邮件 邮件 微信 微信号
    qq qq号 通讯地址 联系地址 负责人 项目负责人 技术负责人 联络人 经办人 填报人 填表人 法人 法定代表人
    身份证 身份证号 职务 职称 姓名 发明人 完成人 成果完成人 主要完成人 contact contacts contact_person
    contact_name contact_details contact_info contact_through_platform email e_mail mail phone telephone
    tel mobile cell cellphone fax wechat whatsapp skype person person_in_charge principal_investigator pi
    inventor inventors postal_address address mailing_address contact_phone contact_email phone_number
    job_title
"""
PROTECTED = """
    保密内容 保密信息 保密详情 涉密内容 不公开内容 内部信息 内部备注 机密 商业秘密 保密 非公开内容
    受保护内容 protected_detail protected_details protected confidential confidential_detail
    confidential_details confidential_information internal internal_note internal_notes private
    private_note secret not_public restricted_detail 内部意见 保密说明
"""


# Columns a list may well have and matching does not read: carried along without a remark.
CARRIED = """
    source 来源 出处 资料来源 source_address
"""


def split_names(names: str) -> tuple[str, ...]:
    """Return the names of one field; an underscore stands for a space inside a name."""
    return tuple(name.replace("_", " ") for name in names.split())


def field_names(kind: str) -> dict[str, tuple[str, ...]]:
    """Return field → names for a list of 'needs' or 'offers'."""
    own = NEED if kind == "needs" else OFFER
    return {field: split_names(names) for field, names in {**SHARED, **own}.items()}
