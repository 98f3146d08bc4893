# The inbound rules of the Windows Firewall that belong to the library.
# Only definitions: this file is dot-sourced by PeerLab.psm1 and put in front of the preparation.

function ConvertTo-AddressByte {
    <#
    .SYNOPSIS
    The bytes of a literal address, or null.
    #>
    param([Parameter(Mandatory = $true)][AllowEmptyString()][string]$Text)
    $address = $null
    if ($Text -match '[:.]' -and [System.Net.IPAddress]::TryParse($Text, [ref]$address)) {
        return , $address.GetAddressBytes()
    }
    return $null
}

function Get-MaskLength {
    <#
    .SYNOPSIS
    The number of leading ones of an IPv4 mask such as 255.255.255.0.
    #>
    param([Parameter(Mandatory = $true)][byte[]]$Mask)
    $bits = -join ($Mask | ForEach-Object -Process { [Convert]::ToString($_, 2).PadLeft(8, '0') })
    return $bits.TrimEnd('0').Length
}

function ConvertTo-CanonicalPrefix {
    <#
    .SYNOPSIS
    One spelling for a remote address. The firewall gives an IPv4 prefix back with a mask and a full-length one as a plain
    address, so texts cannot be compared.
    #>
    param([Parameter(Mandatory = $true)][string]$Text)
    $parts = $Text.Trim() -split '/', 2
    $bytes = ConvertTo-AddressByte -Text $parts[0]
    if ($null -eq $bytes) {
        return $Text.Trim().ToLowerInvariant()
    }
    $length = $bytes.Length * 8
    if ($parts.Count -eq 2) {
        if ($parts[1] -match '\.') {
            $length = Get-MaskLength -Mask (ConvertTo-AddressByte -Text $parts[1])
        }
        else {
            $length = [int]$parts[1]
        }
    }
    for ($i = 0; $i -lt $bytes.Length; $i++) {
        $kept = [Math]::Max(0, [Math]::Min(8, $length - 8 * $i))
        $bytes[$i] = $bytes[$i] -band ((0xFF -shl (8 - $kept)) -band 0xFF)
    }
    $network = New-Object -TypeName System.Net.IPAddress -ArgumentList (, $bytes)
    return '{0}/{1}' -f $network.ToString(), $length
}

function Assert-FirewallRule {
    <#
    .SYNOPSIS
    Refuses a rule that is not in the form of the contract: foreign name, mixed families, port out of range.
    #>
    param([AllowNull()][object]$Rule, [Parameter(Mandatory = $true)][string]$Path)
    Assert-KnownField -Object $Rule -Path $Path -Allowed @('name', 'displayName', 'protocol', 'port', 'family', 'remoteAddresses', 'edgeTraversal')
    $null = Get-TextField -Object $Rule -Name 'name' -Path ($Path + '.name') -Pattern '^PeerLab-[A-Za-z0-9-]{1,80}\z' -Allowed ('a name that begins with {0}' -f $script:FirewallRulePrefix)
    $null = Get-TextField -Object $Rule -Name 'displayName' -Path ($Path + '.displayName')
    $null = Get-TextField -Object $Rule -Name 'protocol' -Path ($Path + '.protocol') -Pattern '^(TCP|UDP)\z' -Allowed 'TCP or UDP'
    $null = Get-TextField -Object $Rule -Name 'edgeTraversal' -Path ($Path + '.edgeTraversal') -Pattern '^(Block|Allow)\z' -Allowed 'Block or Allow'
    $family = Get-TextField -Object $Rule -Name 'family' -Path ($Path + '.family') -Pattern '^IPv[46]\z' -Allowed 'IPv4 or IPv6'
    $port = Get-Field -Object $Rule -Name 'port'
    if (($port -isnot [int] -and $port -isnot [long]) -or $port -lt 1 -or $port -gt 65535) {
        throw (New-RequestFailure -Path ($Path + '.port') -Value $port -Allowed 'a whole number from 1 to 65535')
    }
    $addresses = Get-Field -Object $Rule -Name 'remoteAddresses'
    if ($addresses -isnot [array] -or $addresses.Count -eq 0) {
        throw (New-RequestFailure -Path ($Path + '.remoteAddresses') -Value $addresses -Allowed 'a list of at least one prefix')
    }
    $size = @{ IPv4 = 4; IPv6 = 16 }[$family]
    # .NET takes 10.1 for an address, and a zone, and blanks before a number; the firewall refuses them later.
    $form = @{ IPv4 = '^\d+\.\d+\.\d+\.\d+/\d+\z'; IPv6 = '^[0-9A-Fa-f:.]+/\d+\z' }[$family]
    foreach ($address in $addresses) {
        $parts = @([string]$address -split '/')
        $bytes = ConvertTo-AddressByte -Text $parts[0]
        $length = 0
        $ok = $address -is [string] -and $address -match $form -and $null -ne $bytes -and $bytes.Length -eq $size -and [int]::TryParse($parts[1], [ref]$length)
        # The firewall has no prefix of length 0; "anything" is not what a lab's rule may say.
        if (-not $ok -or $length -lt 1 -or $length -gt $size * 8) {
            throw (New-RequestFailure -Path ($Path + '.remoteAddresses') -Value $address -Allowed ('{0} prefixes with a length of 1 to {1}' -f $family, ($size * 8)))
        }
    }
}

function Assert-Networking {
    <#
    .SYNOPSIS
    Refuses a NetworkingState that is not in the form of the contract.
    #>
    param([AllowNull()][object]$Networking)
    Assert-KnownField -Object $Networking -Path 'networking' -Allowed @('firewallRules', 'seed')
    $rules = Get-Field -Object $Networking -Name 'firewallRules'
    if ($rules -isnot [array]) {
        throw (New-RequestFailure -Path 'networking.firewallRules' -Value $rules -Allowed 'a list')
    }
    $names = @{}
    for ($i = 0; $i -lt $rules.Count; $i++) {
        $path = 'networking.firewallRules[{0}]' -f $i
        Assert-FirewallRule -Rule $rules[$i] -Path $path
        if ($names.ContainsKey($rules[$i]['name'])) {
            throw (New-RequestFailure -Path ($path + '.name') -Value $rules[$i]['name'] -Allowed 'a name that no other rule has')
        }
        $names[$rules[$i]['name']] = $true
    }
    $seed = Get-Field -Object $Networking -Name 'seed'
    if ($null -ne $seed) {
        Assert-KnownField -Object $seed -Path 'networking.seed' -Allowed @('role', 'server')
        $null = Get-TextField -Object $seed -Name 'role' -Path 'networking.seed.role' -Pattern '^(seed|peer)\z' -Allowed 'seed or peer'
        $null = Get-TextField -Object $seed -Name 'server' -Path 'networking.seed.server' -Pattern '^[A-Za-z0-9.:-]{1,253}\z' -Allowed 'a DNS name or an IPv6 address'
    }
}

function Test-FirewallRuleMatch {
    <#
    .SYNOPSIS
    Whether the rule on the machine is the wanted one in all that it was made with. What somebody narrowed beside that (local
    address, program, service) is not seen.
    #>
    param([Parameter(Mandatory = $true)][object]$Rule, [Parameter(Mandatory = $true)][object]$Wanted)
    if ('True' -ne [string]$Rule.Enabled -or 'Allow' -ne [string]$Rule.Action -or 'Inbound' -ne [string]$Rule.Direction -or
        'Any' -ne [string]$Rule.Profile -or $Wanted['edgeTraversal'] -ne [string]$Rule.EdgeTraversalPolicy -or
        $Wanted['displayName'] -cne [string]$Rule.DisplayName) {
        return $false
    }
    $port = $Rule | Get-NetFirewallPortFilter -ErrorAction Stop
    if ($Wanted['protocol'] -ne [string]$port.Protocol -or [string]$Wanted['port'] -ne [string]$port.LocalPort) {
        return $false
    }
    $filter = $Rule | Get-NetFirewallAddressFilter -ErrorAction Stop
    $present = @($filter.RemoteAddress | ForEach-Object -Process { ConvertTo-CanonicalPrefix -Text ([string]$_) } | Sort-Object -Unique)
    $expected = @($Wanted['remoteAddresses'] | ForEach-Object -Process { ConvertTo-CanonicalPrefix -Text $_ } | Sort-Object -Unique)
    return ($present -join ' ') -eq ($expected -join ' ')
}

function Get-FirewallRuleSetting {
    <#
    .SYNOPSIS
    What a wanted rule is made and corrected with, to be splatted; without the display name, which goes by two parameters.
    #>
    param([Parameter(Mandatory = $true)][object]$Wanted)
    return @{
        Name                = $Wanted['name']
        Direction           = 'Inbound'
        Action              = 'Allow'
        Enabled             = 'True'
        Profile             = 'Any'
        Protocol            = $Wanted['protocol']
        LocalPort           = [string]$Wanted['port']
        RemoteAddress       = [string[]]@($Wanted['remoteAddresses'])
        EdgeTraversalPolicy = $Wanted['edgeTraversal']
    }
}

function Set-PeerFirewallRule {
    <#
    .SYNOPSIS
    Adds and corrects the wanted rules, then removes those of ours that are not wanted. A rule is corrected in place: to
    remove and add it would close the port for a moment, and TCP 22 is one of them.
    .PARAMETER Test
    Says what is not as wanted and changes nothing.
    #>
    param([Parameter(Mandatory = $true)][AllowEmptyCollection()][object[]]$Wanted, [switch]$Test)
    $present = @{}
    foreach ($rule in @(Get-NetFirewallRule -Name ($script:FirewallRulePrefix + '*') -ErrorAction SilentlyContinue)) {
        $present[[string]$rule.Name] = $rule
    }
    foreach ($want in $Wanted) {
        $settings = Get-FirewallRuleSetting -Wanted $want
        if (-not $present.ContainsKey($want['name'])) {
            if ($Test) {
                'firewall rule {0} is missing' -f $want['name']
                continue
            }
            $null = New-NetFirewallRule @settings -DisplayName $want['displayName'] -Description 'Made by PeerLab; changed and removed by it.' -ErrorAction Stop
            'firewall rule {0} added' -f $want['name']
        }
        elseif (-not (Test-FirewallRuleMatch -Rule $present[$want['name']] -Wanted $want)) {
            if ($Test) {
                $state = 'differs'
                if ('True' -ne [string]$present[$want['name']].Enabled) {
                    $state = 'is disabled'
                }
                'firewall rule {0} {1}' -f $want['name'], $state
                continue
            }
            Set-NetFirewallRule @settings -NewDisplayName $want['displayName'] -ErrorAction Stop
            'firewall rule {0} corrected' -f $want['name']
        }
    }
    $wantedNames = @($Wanted | ForEach-Object -Process { $_['name'] })
    foreach ($name in @($present.Keys | Sort-Object)) {
        if ($wantedNames -notcontains $name) {
            if ($Test) {
                'firewall rule {0} is not wanted' -f $name
                continue
            }
            Remove-NetFirewallRule -Name $name -ErrorAction Stop
            'firewall rule {0} removed' -f $name
        }
    }
}
