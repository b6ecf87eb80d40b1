"""Mail domains where anybody can have a mailbox, and mailboxes that belong to nobody in particular.

A domain of the first list is no sign of a common employer. The list holds the providers that people in
Portuguese, Spanish and English speaking countries use most; a provider that is missing makes suggestions
among its users whose names are alike, no more. A mailbox of the second list says nothing of its owner's name.
"""

from __future__ import annotations

from typing import Final

_FREE_DOMAINS: Final = """
    gmail.com googlemail.com outlook.com outlook.es outlook.pt outlook.com.br outlook.fr outlook.de
    hotmail.com hotmail.com.br hotmail.es hotmail.com.ar hotmail.com.mx hotmail.co.uk hotmail.fr hotmail.it
    hotmail.de live.com live.com.mx live.com.ar live.com.pt live.co.uk live.ca live.fr live.nl msn.com
    yahoo.com yahoo.com.br yahoo.es yahoo.com.ar yahoo.com.mx yahoo.com.co yahoo.com.pe yahoo.cl yahoo.co.uk
    yahoo.ca yahoo.com.au yahoo.co.in yahoo.fr yahoo.de yahoo.it ymail.com rocketmail.com
    icloud.com me.com mac.com aol.com aol.co.uk proton.me protonmail.com pm.me tutanota.com tuta.io
    gmx.com gmx.net gmx.de gmx.es web.de mail.com email.com inbox.com zoho.com fastmail.com hey.com
    yandex.com yandex.ru mail.ru bk.ru list.ru inbox.ru qq.com 163.com 126.com sina.com naver.com
    uol.com.br bol.com.br terra.com.br terra.com terra.es ig.com.br globo.com globomail.com r7.com
    zipmail.com.br oi.com.br pop.com.br superig.com.br sapo.pt netcabo.pt clix.pt iol.pt mail.pt
    portugalmail.pt telefonica.net movistar.es ono.com orange.es ya.com arnet.com.ar fibertel.com.ar
    speedy.com.ar ciudad.com.ar prodigy.net.mx telmex.com vtr.net une.net.co adinet.com.uy cantv.net
    comcast.net verizon.net att.net sbcglobal.net bellsouth.net cox.net charter.net earthlink.net juno.com
    btinternet.com virginmedia.com sky.com talktalk.net ntlworld.com blueyonder.co.uk shaw.ca rogers.com
    sympatico.ca bigpond.com optusnet.com.au xtra.co.nz orange.fr wanadoo.fr free.fr laposte.net sfr.fr
    libero.it virgilio.it tiscali.it t-online.de freenet.de rediffmail.com
    mailinator.com yopmail.com guerrillamail.com 10minutemail.com tempmail.com trashmail.com
    example.com example.org example.net example.test
"""

_ROLES: Final = """
    abuse accounts adm admin administracao administracion administrador administrativo agenda ajuda alumnos
    atendimento atencion ayuda billing booking bookings bounce cadastro cliente clientes cobranca comercial
    compras comunicacao comunicacion contabilidad contabilidade contact contacto contactos contato contatos
    correo diretoria direccion donotreply email enquiries escritorio faturamento finance financeiro
    financeira finanzas fiscal gerencia hello help helpdesk hola hostmaster hr info informacion informacoes
    informes invalid juridico legal loja mail mailbox marketing mkt nada naoresponda naotem na nfe nobody none
    noreply noresponder notem notiene null nulo office oficina ola orders ouvidoria pedidos postmaster
    presidencia press privacy proyectos qualidade recepcao recepcion recrutamento recursoshumanos reservas rh
    root rrhh sac sales secretaria seguranca semcorreo sememail sinemail sincorreo soporte suporte support
    team tecnico tesoreria test teste testes testing ti tienda turnos unknown user usuario vendas ventas
    webmaster xxx
"""

FREE_DOMAINS: Final = frozenset(_FREE_DOMAINS.split())
ROLES: Final = frozenset(_ROLES.split())
